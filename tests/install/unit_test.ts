import assert from "node:assert/strict";
import { join } from "node:path";
import { unitText } from "../../src/install/unit.ts";
import { debianProgram } from "../support/debian.ts";

const VARIANTS = [
  { hasVcgencmd: false },
  { hasVcgencmd: true },
  { hasVcgencmd: false, user: "daemon" },
  { hasVcgencmd: true, user: "daemon" },
] as const;

/** What systemd itself calls "OK" reaches from here up to 4.9 (systemd-analyze(1): 0 is the best, 10 the worst). */
const MOST_EXPOSED = 2.0;

/** The settings of a unit, comments left out; what is set twice has both. */
function settings(text: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const line of text.split("\n")) {
    const [, key, value] = /^([A-Z]\w+)=(.*)$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined) found.set(key, [...(found.get(key) ?? []), value]);
  }
  return found;
}

Deno.test("unitText() gives the bot a made-up user, or the named one, and never both", () => {
  const made = settings(unitText({ hasVcgencmd: false }));
  assert.deepEqual([made.get("DynamicUser"), made.get("User")], [["yes"], undefined]);
  const named = settings(unitText({ hasVcgencmd: false, user: "radio" }));
  assert.deepEqual([named.get("DynamicUser"), named.get("User")], [undefined, ["radio"]]);
});

Deno.test("unitText() opens devices on a Pi alone, and only the firmware's", () => {
  const other = settings(unitText({ hasVcgencmd: false }));
  assert.deepEqual([other.get("PrivateDevices"), other.get("DeviceAllow"), other.get("SupplementaryGroups")], [
    ["yes"],
    undefined,
    undefined,
  ]);
  const pi = settings(unitText({ hasVcgencmd: true }));
  assert.deepEqual([pi.get("PrivateDevices"), pi.get("DevicePolicy"), pi.get("SupplementaryGroups")], [undefined, ["closed"], ["video"]]);
  assert.deepEqual(pi.get("DeviceAllow"), ["/dev/vcio rw", "/dev/vchiq rw"]);
});

Deno.test("unitText() is watched, notifies, restarts, and keeps what would break the engine off", () => {
  for (const options of VARIANTS) {
    const unit = settings(unitText(options));
    const expected = {
      Type: "notify",
      NotifyAccess: "main",
      WatchdogSec: "60",
      Environment: "BOOT_ID=%b",
      Restart: "always",
      StateDirectory: "meshbot",
      RuntimeDirectory: "meshbot",
      RuntimeDirectoryMode: "0755",
      NoNewPrivileges: "yes",
      ProtectSystem: "strict",
      CapabilityBoundingSet: "",
      RestrictAddressFamilies: "AF_INET AF_INET6 AF_UNIX AF_NETLINK",
    };
    for (const [key, value] of Object.entries(expected)) assert.deepEqual(unit.get(key), [value], key);
    assert.equal(unit.get("MemoryDenyWriteExecute"), undefined);
    assert.match(unitText(options), /# Not MemoryDenyWriteExecute=yes: .*V8/);
  }
});

const analyze = debianProgram("systemd-analyze");

async function run(...args: string[]): Promise<{ code: number; out: string }> {
  const { code, stdout, stderr } = await new Deno.Command(analyze.path ?? "", {
    args,
    env: { SYSTEMD_COLORS: "0", SYSTEMD_PAGER: "", SYSTEMD_LOG_LEVEL: "notice" },
    stdin: "null",
  }).output();
  return { code, out: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}

async function withUnit(text: string, action: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "unit-" });
  try {
    const path = join(folder, "meshbot.service");
    await Deno.writeTextFile(path, text);
    await action(path);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

for (const options of VARIANTS) {
  const name = JSON.stringify(options);
  // The program need not be installed where this runs.
  const text = unitText({ ...options, binary: "/bin/true" });

  analyze.test(`unitText(${name}) is a unit without fault for systemd-analyze verify`, async () => {
    await withUnit(text, async (path) => {
      const { code, out } = await run("verify", "--man=no", path);
      const ours = out.split("\n").filter((line) => line.includes("meshbot.service"));
      assert.deepEqual([ours, code], [[], 0], out);
    });
    await withUnit(`${text}\n[Service]\nProtectHomme=yes\n`, async (path) => {
      assert.match((await run("verify", "--man=no", path)).out, /ProtectHomme/);
    });
  });

  analyze.test(`unitText(${name}) leaves little open for systemd-analyze security`, async (t) => {
    await withUnit(text, async (path) => {
      const { code, out } = await run("security", "--offline=true", "--no-pager", `--threshold=${MOST_EXPOSED * 10}`, path);
      const score = /Overall exposure level for meshbot\.service: ([\d.]+) (\w+)/.exec(out);
      await t.step(`the score is ${score?.[1]} ${score?.[2]}, at most ${MOST_EXPOSED}`, () => {
        assert.ok(Number(score?.[1]) <= MOST_EXPOSED, out);
        assert.equal(code, 0, out);
      });
    });
  });
}
