// deno-lint-ignore-file no-console -- tells its parent the figure
/** Decodes the same payloads from memory with the protobuf library alone; with `mesh`, those of a whole mesh. Prints one JSON object. */
import { fromBinary } from "@bufbuild/protobuf";
import { Mesh } from "@meshtastic/protobufs";
import { systemClock } from "../../src/clock.ts";
import { makePayloads } from "./packet_stream.ts";
import { makeMeshPayloads } from "./whole_way_stream.ts";

const payloads = Deno.args[0] === "mesh" ? makeMeshPayloads(1, 1_800_000_000) : makePayloads();
let received = 0;
const startedAtMs = systemClock.nowMs();
for (const payload of payloads) {
  const message = fromBinary(Mesh.FromRadioSchema, payload) as { payloadVariant: { case?: string } };
  if (message.payloadVariant.case === "packet") received += 1;
}
console.log(JSON.stringify({ received, inOrder: true, elapsedMs: systemClock.nowMs() - startedAtMs }));
