/** Tests that need a program from a Debian package: ignored where it is absent, failing where it must not be (CI). */

/** One program, and how to register tests that need it. */
export interface DebianProgram {
  readonly name: string;
  /** Where it is; undefined when it is not installed. */
  readonly path: string | undefined;
  /** Registers a test. Absent: ignored under a name that says so; with CI=true it fails. */
  test(name: string, fn: (t: Deno.TestContext) => void | Promise<void>): void;
}

/** Where and how to look; the defaults are this machine and `Deno.test`. */
export interface DebianProgramOptions {
  readonly folders?: readonly string[];
  readonly ci?: boolean;
  readonly register?: (definition: Deno.TestDefinition) => void;
}

// The folders of Debian's own packages: root's PATH has sbin, a user's has not.
const FOLDERS = ["/usr/bin", "/usr/sbin", "/usr/local/bin", "/bin", "/usr/games"];

/** Looks for a program, e.g. `debianProgram("strace").test("openLink() sets no socket option", …)`. */
export function debianProgram(name: string, options: DebianProgramOptions = {}): DebianProgram {
  const { folders = FOLDERS, ci = Deno.env.get("CI") === "true", register = Deno.test } = options;
  const path = folders.map((folder) => `${folder}/${name}`).find(isFile);
  return {
    name,
    path,
    test(testName, fn) {
      if (path !== undefined) return register({ name: testName, fn });
      register({
        name: `${testName} (needs ${name}, which is not installed)`,
        ignore: !ci,
        fn() {
          throw new Error(`Cannot test without ${name}, which must be installed where CI=true: apt-get install ${name}`);
        },
      });
    },
  };
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
