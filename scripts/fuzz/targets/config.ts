/** The configuration: any file gives a configuration or a UsageError. */
import { join } from "node:path";
import { loadConfig } from "../../../src/config.ts";
import { UsageError } from "../../../src/errors.ts";
import { exampleToml } from "../../../src/config.ts";
import { mustHold, type Target } from "../target.ts";

export const config: Target = {
  name: "config",
  shape: "lines",
  words: [
    "[mesh]",
    "[node]",
    "[[schedule]]",
    "host = ",
    "= [",
    '"""',
    "'''",
    "= {",
    "inf",
    "nan",
    "1979-05-27",
    "0x1F",
    "[a.b]",
    "a.b = 1",
    '"quoted" = 1',
    "__proto__ = 1",
  ],
  seeds: () => Promise.resolve([new TextEncoder().encode(exampleToml()), uncommented(exampleToml())]),
  open() {
    const folder = Deno.makeTempDirSync({ prefix: "meshbot-fuzz-" });
    const file = join(folder, "meshbot.toml");
    return {
      run(input) {
        Deno.writeFileSync(file, input);
        try {
          loadConfig({ file, env: { HOME: folder }, cwd: folder });
        } catch (error) {
          if (!(error instanceof UsageError)) throw error;
          mustHold(error.message.trim() !== "", "a mistake is told");
          mustHold(
            !/\p{Cc}/u.test(error.message.replaceAll("\n", "")),
            `a mistake is told without control characters: ${JSON.stringify(error.message.slice(0, 200))}`,
          );
        }
      },
      close: () => Deno.removeSync(folder, { recursive: true }),
    };
  },
};

/** With every key that the example shows as a comment. */
function uncommented(toml: string): Uint8Array {
  return new TextEncoder().encode(toml.replace(/^# ?(?=[a-z_]+ = |\[)/gm, ""));
}
