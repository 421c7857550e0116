import assert from "node:assert/strict";
import { asksForHelp, parseOptions } from "../../src/cli/args.ts";
import { defineCommand } from "../../src/cli/command.ts";
import { UsageError } from "../../src/errors.ts";

const serve = defineCommand({
  name: "serve",
  summary: "Serve",
  usage: "[--port N] [--file FILE] [--loud]",
  description: "Serves.",
  options: {
    port: { type: "integer", value: "N", min: 0, max: 65535, default: 4403, help: "Port" },
    file: { type: "text", value: "FILE", help: "File" },
    loud: { type: "flag", help: "Loud" },
  },
  exitCodes: {},
  examples: ["meshbot serve"],
  run: () => Promise.resolve(0),
});

function refusal(...argv: string[]): string {
  try {
    parseOptions(serve, argv);
  } catch (error) {
    assert.ok(error instanceof UsageError, String(error));
    assert.ok(!error.message.includes("\n"));
    return error.message;
  }
  assert.fail(`accepted: ${argv.join(" ")}`);
}

Deno.test("parseOptions() gives defaults where nothing is given", () => {
  assert.deepEqual(parseOptions(serve, []), { port: 4403, file: undefined, loud: false });
});

Deno.test("parseOptions() reads values behind a space and behind an equals sign", () => {
  assert.deepEqual(parseOptions(serve, ["--port", "1", "--file=a=b", "--loud"]), { port: 1, file: "a=b", loud: true });
  assert.deepEqual(parseOptions(serve, ["--file", "-"]), { port: 4403, file: "-", loud: false });
});

Deno.test("parseOptions() tells the nearest option for an unknown one", () => {
  assert.equal(refusal("--prot", "1"), "unknown option --prot. Did you mean: meshbot serve --port N");
  assert.equal(refusal("--prot=1"), "unknown option --prot. Did you mean: meshbot serve --port N");
  assert.equal(refusal("-port", "1"), "unknown option -port. Did you mean: meshbot serve --port N");
  assert.equal(refusal("--LOUD"), "unknown option --LOUD. Did you mean: meshbot serve --loud");
  assert.equal(refusal("-z"), "unknown option -z. Known are --port, --file, --loud, --help; see: meshbot serve --help");
  assert.equal(
    refusal("--constructor"),
    "unknown option --constructor. Known are --port, --file, --loud, --help; see: meshbot serve --help",
  );
});

Deno.test("parseOptions() refuses words that are no option", () => {
  assert.equal(refusal("port", "1"), 'unexpected "port". Did you mean: meshbot serve --port N');
  assert.equal(refusal("whatever"), 'unexpected "whatever". Did you mean: meshbot serve [--port N] [--file FILE] [--loud]');
});

Deno.test("parseOptions() asks for the value that is missing", () => {
  for (const argv of [["--file"], ["--file="], ["--file", "--loud"], ["--file", ""]]) {
    assert.equal(refusal(...argv), "--file needs a value: meshbot serve --file FILE");
  }
});

Deno.test("parseOptions() refuses a value for a flag", () => {
  assert.equal(refusal("--loud=yes"), "--loud takes no value. Did you mean: meshbot serve --loud");
});

Deno.test("parseOptions() holds the bounds of whole numbers", () => {
  assert.deepEqual(parseOptions(serve, ["--port", "0"])["port"], 0);
  assert.deepEqual(parseOptions(serve, ["--port=65535"])["port"], 65535);
  for (const bad of ["65536", "-1", "1.5", "0x10", "1e3", "ten", "99999999999999999999", " 1"]) {
    assert.equal(refusal("--port", bad), `--port is "${bad}": must be a whole number from 0 to 65535`);
  }
});

Deno.test("parseOptions() refuses an option that is given twice", () => {
  assert.equal(refusal("--port", "1", "--port=2"), "--port is given twice: keep one of them");
});

Deno.test("asksForHelp() finds --help and -h wherever they stand", () => {
  assert.equal(asksForHelp(["--port", "x", "--help"]), true);
  assert.equal(asksForHelp(["-h"]), true);
  assert.equal(asksForHelp(["--port", "1"]), false);
});
