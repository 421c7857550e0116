/** The server that stands for every service on the web: it fails at once, or it hangs. */

/** The server. */
export interface Services extends AsyncDisposable {
  readonly url: string;
  /** From now on every request is taken and never answered, until `hang(false)`: then each is refused at once. */
  hang(hanging: boolean): void;
}

/** Starts it; it answers every request with an error. */
export function startServices(): Services {
  let hanging = false;
  const over = Promise.withResolvers<void>();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    if (hanging) await Promise.race([over.promise, new Promise((resolve) => request.signal.addEventListener("abort", resolve))]);
    return new Response("out of order", { status: 503 });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    hang: (next) => void (hanging = next),
    async [Symbol.asyncDispose]() {
      over.resolve();
      await server.shutdown();
    },
  };
}
