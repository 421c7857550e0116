/** The server that stands for every service on the web: it fails at once, or it hangs. */

/** The server. */
export interface Services extends AsyncDisposable {
  readonly url: string;
  /** From now on every request is taken and not answered, until `hang(false)`: then each is refused at once. */
  hang(hanging: boolean): void;
}

/** Starts it; it answers every request with an error. */
export function startServices(): Services {
  let hanging = Promise.withResolvers<void>();
  hanging.resolve();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async () => {
    await hanging.promise;
    return new Response("out of order", { status: 503 });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    hang(next) {
      hanging.resolve();
      if (next) hanging = Promise.withResolvers();
    },
    async [Symbol.asyncDispose]() {
      hanging.resolve();
      await server.shutdown();
    },
  };
}
