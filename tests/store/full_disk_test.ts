import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { debianProgram } from "../support/debian.ts";
import { tempFolder } from "./support.ts";

/** Whether this machine lets us mount a small disk of our own; containers often do not. */
async function canMount(): Promise<boolean> {
  try {
    const { success } = await new Deno.Command("unshare", { args: ["-rm", "mount", "-t", "tmpfs", "-o", "size=100k", "tmpfs", "/mnt"] })
      .output();
    return success;
  } catch {
    return false;
  }
}

const unshare = debianProgram("unshare");
if (unshare.path === undefined || await canMount()) {
  unshare.test("Store goes on over a full disk, says so once, and writes what waited when there is room again", async () => {
    await using folder = await tempFolder();
    const child = fileURLToPath(new URL("./full_disk_child.ts", import.meta.url));
    const script = `mount -t tmpfs -o size=1500k tmpfs "$0" && exec "$1" run -A --no-check "$2" "$0"`;
    const { success, stdout, stderr } = await new Deno.Command("unshare", {
      args: ["-rm", "sh", "-c", script, folder.path, Deno.execPath(), child],
    }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
    const { said, packets, journalled } = JSON.parse(new TextDecoder().decode(stdout)) as {
      readonly said: string[];
      readonly packets: number;
      readonly journalled: number;
    };
    assert.equal(said.filter((line) => /history cannot be written.*make room on the disk/.test(line)).length, 1, said.join("\n"));
    assert.equal(said.filter((line) => /journal cannot be written/.test(line)).length, 1, said.join("\n"));
    assert.equal(packets, 3000);
    assert.equal(journalled, 200);
  });
} else {
  Deno.test({ name: "Store goes on over a full disk (needs a machine that lets us mount one)", ignore: true, fn() {} });
}
