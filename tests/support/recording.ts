/** The recording of a real firmware in tests/testdata: one TCP client, one JSON object a line. */

/** One line: bytes as they crossed the socket, or the end of the connection. */
export interface RecordedLine {
  readonly t: number;
  readonly dir: "to" | "from" | "eof";
  readonly bytes: Uint8Array;
}

/** Reads the recording. */
export async function readRecording(): Promise<RecordedLine[]> {
  const text = await Deno.readTextFile(new URL("../testdata/real-node-2.7.26.jsonl", import.meta.url));
  return text.trim().split("\n").map((line) => {
    const { t, dir, bytes } = JSON.parse(line) as { t: number; dir: "to" | "from" | "eof"; bytes: string };
    return { t, dir, bytes: fromHex(bytes) };
  });
}

/** Hexadecimal text to bytes. */
export function fromHex(text: string): Uint8Array {
  return new Uint8Array((text.match(/../g) ?? []).map((pair) => parseInt(pair, 16)));
}
