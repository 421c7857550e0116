import assert from "node:assert/strict";
import { minimise } from "../../../scripts/fuzz/minimise.ts";
import { joined } from "../../../scripts/fuzz/mutate_bytes.ts";
import { mutateJson } from "../../../scripts/fuzz/mutate_json.ts";
import { mutatePacket } from "../../../scripts/fuzz/mutate_packet.ts";
import { nextInput } from "../../../scripts/fuzz/mutator.ts";
import { packetOf } from "../../../scripts/fuzz/seeds.ts";
import { piecesOf } from "../../../scripts/fuzz/target.ts";
import { decode, encode } from "../../../src/link/codec.ts";
import { PortNum } from "../../../src/link/enums.ts";
import { readPacket } from "../../../src/mesh/packet.ts";
import { Random } from "../../../src/simulator/random.ts";

const USER = packetOf(PortNum.NODEINFO_APP, encode("User", { longName: "Alice", shortName: "Alic" }));

Deno.test("mutatePacket() gives messages that decode, and reaches into the payload", () => {
  const random = new Random(1);
  const names = new Set<string>();
  for (let turn = 0; turn < 500; turn += 1) {
    const mutated = mutatePacket(USER, random, [USER]);
    if (mutated === undefined) continue;
    const { payloadVariant } = decode("FromRadio", mutated);
    const packet = payloadVariant.case === "packet" ? payloadVariant.value.payloadVariant : undefined;
    if (packet?.case !== "decoded" || packet.value.portnum !== PortNum.NODEINFO_APP) continue;
    const user = readPacket(payloadVariant.case === "packet" ? payloadVariant.value : assert.fail());
    if (user.kind === "nodeInfo") names.add(user.user.longName);
  }
  assert.ok(names.size > 5, `${names.size} names`);
  assert.equal(mutatePacket(new Uint8Array([7, 7]), random, []), undefined);
});

Deno.test("mutateJson() gives JSON, almost always another one", () => {
  const random = new Random(2);
  const text = '{"a":[1,2,{"b":"c"}],"d":null,"e":true}';
  const seen = new Set<string>();
  for (let turn = 0; turn < 300; turn += 1) {
    const mutated = mutateJson(text, random) as string;
    JSON.parse(mutated);
    seen.add(mutated);
  }
  assert.ok(seen.size > 150, `${seen.size} texts`);
  assert.ok([...seen].some((mutated) => mutated.includes('"__proto__":')));
  assert.equal(mutateJson("no JSON", random), undefined);
});

Deno.test("nextInput() gives the same for the same seed", () => {
  const draw = (seed: number) => {
    const random = new Random(seed);
    return Array.from({ length: 50 }, () => nextInput({ shape: "frames", corpus: [USER, new Uint8Array(5)], random }).join());
  };
  assert.deepEqual(draw(3), draw(3));
  assert.notDeepEqual(draw(3), draw(4));
});

Deno.test("minimise() finds the few bytes that matter", async () => {
  const input = Uint8Array.from({ length: 500 }, (_, index) => index % 251);
  const fails = (bytes: Uint8Array) => bytes.includes(17) && bytes.includes(200);
  assert.deepEqual([...await minimise(input, { fails, maxTries: 5000 })].sort((a, b) => a - b), [17, 200]);
  let tries = 0;
  await minimise(input, { fails: () => (tries += 1) < 0, maxTries: 7 });
  assert.equal(tries, 7);
});

Deno.test("piecesOf() cuts the same input the same way and loses nothing", () => {
  const input = new Random(5).bytes(1000);
  assert.deepEqual(piecesOf(input), piecesOf(input));
  assert.ok(piecesOf(input).length > 5);
  assert.deepEqual(joined(...piecesOf(input)), input);
});

Deno.test("nextInput() stays within 64 KiB, however often a part is repeated", () => {
  const random = new Random(5);
  const corpus = [new TextEncoder().encode("no tag at all ".repeat(80))];
  for (let turn = 0; turn < 400; turn += 1) assert.ok(nextInput({ shape: "html", corpus, random }).length <= 65_536);
});
