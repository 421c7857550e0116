/** The version of this program; the same as in deno.json, which a compiled binary does not carry. */
export const VERSION = "0.1.0";
