/** Tests that need more of the network than the test task allows: unix sockets, which are named one by one in its permissions. */
import { fileURLToPath } from "node:url";

/**
 * Registers the tests of a file where unix sockets are allowed; elsewhere one test that runs the same file in a process of its own in which
 * they are.
 */
export async function withUnixSockets(fileUrl: string, register: () => void): Promise<void> {
  const { state } = await Deno.permissions.query({ name: "net" });
  if (state === "granted") return register();
  const file = fileURLToPath(fileUrl);
  Deno.test(`all tests of ${file.split("/").at(-1)}, in a process that may use unix sockets`, async () => {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["test", "--no-prompt", "--no-check", "-A", file],
      env: { NO_COLOR: "1" },
      stdin: "null",
    }).output();
    if (code !== 0) throw new Error(new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr));
  });
}
