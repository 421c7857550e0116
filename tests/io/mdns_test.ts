import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import fc from "fast-check";
import { systemClock } from "../../src/clock.ts";
import { ServiceError } from "../../src/errors.ts";
import { announceService, findServices, MESHTASTIC_SERVICE, type OpenMulticast } from "../../src/io/mdns.ts";
import { decodeMessage } from "../../src/io/mdns_decode.ts";
import { encodeMessage } from "../../src/io/mdns_encode.ts";
import { FoundServices } from "../../src/io/mdns_found.ts";
import { DNS_TYPE, type DnsData, type DnsMessage, type DnsRecord, sameName } from "../../src/io/mdns_message.ts";
import { MDNS_PORT, type OnMessage, openMulticast, ownIpv4Addresses, type Peer } from "../../src/io/mdns_socket.ts";
import { createFakeClock } from "../support/fake_clock.ts";
import { withUnixSockets } from "../support/with_net.ts";

const SERVICE = ["_meshtastic", "_tcp", "local"];
const ROOF = ["Meshtastic", ...SERVICE];

function record(name: readonly string[], data: DnsData, more: Partial<DnsRecord> = {}): DnsRecord {
  return { name, ttlS: 120, flush: false, data, ...more };
}

const POINTER = record(SERVICE, { kind: "PTR", target: ROOF });
const SERVER = record(ROOF, { kind: "SRV", priority: 0, weight: 0, port: 4403, target: ["Meshtastic", "local"] });
const TEXT = record(ROOF, { kind: "TXT", strings: ["shortname=ROOF", "id=!a1b2c3d4", "flag", "Id=other", "=nameless"] });
const ADDRESS = record(["meshtastic", "LOCAL"], { kind: "A", address: "192.168.1.50" });

/** A network without wires: everybody hears everybody, themselves too. */
function createNetwork() {
  const members = new Set<{ onMessage: OnMessage; from: Peer }>();
  const sent: DnsMessage[] = [];
  const direct: { message: DnsMessage; to: Peer }[] = [];
  const deliver = (bytes: Uint8Array, from: Peer) => {
    sent.push(decodeMessage(bytes));
    for (const { onMessage } of [...members]) onMessage(bytes, from);
  };
  const open: OpenMulticast = (onMessage) => {
    const from = { address: `10.0.0.${members.size + 1}`, port: MDNS_PORT };
    const member = { onMessage, from };
    members.add(member);
    return Promise.resolve({
      multicast: (bytes) => Promise.resolve(deliver(bytes, from)),
      send(bytes, to) {
        direct.push({ message: decodeMessage(bytes), to });
        return Promise.resolve();
      },
      close() {
        members.delete(member);
        return Promise.resolve();
      },
    });
  };
  const stranger = { address: "10.0.0.99", port: MDNS_PORT };
  return {
    open,
    sent,
    direct,
    members,
    say: (message: Partial<DnsMessage>, from: Peer = stranger) => deliver(encodeMessage(message), from),
    sayBytes: (bytes: Uint8Array) => {
      for (const { onMessage } of [...members]) onMessage(bytes, stranger);
    },
  };
}

Deno.test("FoundServices puts an instance together from records in any order", () => {
  fc.assert(fc.property(fc.shuffledSubarray([POINTER, SERVER, TEXT, ADDRESS], { minLength: 4 }), fc.boolean(), (records, atOnce) => {
    const found = new FoundServices(SERVICE);
    if (atOnce) found.take(records);
    else for (const one of records) found.take([one]);
    assert.deepEqual(found.missing(), []);
    assert.deepEqual(found.list(), [{
      instance: "Meshtastic",
      host: "Meshtastic.local",
      addresses: ["192.168.1.50"],
      port: 4403,
      txt: new Map([["shortname", "ROOF"], ["id", "!a1b2c3d4"], ["flag", ""]]),
    }]);
  }));
});

Deno.test("FoundServices names what is missing, and forgets what is taken back or replaced", () => {
  const found = new FoundServices(SERVICE);
  const missing = () => found.missing().map(({ name, type }) => `${name[0]} ${type}`);
  found.take([POINTER]);
  assert.deepEqual(missing(), [`Meshtastic ${DNS_TYPE.SRV}`, `Meshtastic ${DNS_TYPE.TXT}`]);
  assert.deepEqual(found.list(), []);
  found.take([SERVER, TEXT]);
  assert.deepEqual(missing(), [`Meshtastic ${DNS_TYPE.A}`]);
  found.take([ADDRESS, record(["Meshtastic", "local"], { kind: "AAAA", address: "fe80::1" })]);
  found.take([record(["Meshtastic", "local"], { kind: "A", address: "10.1.1.1" }, { flush: true })]);
  assert.deepEqual(found.list()[0]?.addresses, ["10.1.1.1"]);
  found.take([{ ...POINTER, ttlS: 0 }]);
  assert.deepEqual(found.list(), []);
});

Deno.test("FoundServices bounds what a flood can store, and cleans what a terminal would obey", () => {
  const found = new FoundServices(SERVICE);
  const flood = Array.from({ length: 3000 }, (_, index): DnsRecord => record(SERVICE, { kind: "PTR", target: [`n${index}`, ...SERVICE] }));
  found.take(flood);
  assert.equal(found.missing().length, 128);
  const bad = ["\u001b[2Jx\u202ey", ...SERVICE];
  const other = new FoundServices(SERVICE);
  other.take([
    record(SERVICE, { kind: "PTR", target: bad }),
    record(SERVICE, { kind: "PTR", target: ["elsewhere", "local"] }),
    record(bad, { kind: "SRV", priority: 0, weight: 0, port: 1, target: ["h\n", "local"] }),
    record(bad, { kind: "TXT", strings: ["__proto__=\u0007", "a=b=c"] }),
  ]);
  assert.deepEqual(other.list(), [
    { instance: "[2Jxy", host: "h.local", addresses: [], port: 1, txt: new Map([["__proto__", ""], ["a", "b=c"]]) },
  ]);
});

Deno.test("findServices() asks again, asks for what is missing, and lists at the end of its time", async () => {
  const clock = createFakeClock();
  const network = createNetwork();
  const finding = findServices(MESHTASTIC_SERVICE, { clock, open: network.open, timeoutMs: 3000 });
  await clock.tick(10);
  network.say({ isResponse: true, answers: [POINTER] });
  network.sayBytes(Uint8Array.of(1, 2, 3));
  await clock.tick(500);
  network.say({ isResponse: true, answers: [SERVER], additionals: [TEXT] });
  await clock.tick(200);
  network.say({ isResponse: true, answers: [ADDRESS] });
  await clock.tick(3000);
  const [first, ...others] = await finding;
  assert.equal(first?.port, 4403);
  assert.deepEqual(others, []);
  const questions = network.sent.filter(({ isResponse }) => !isResponse).map(({ questions }) => questions.map(({ type }) => type));
  const { PTR, SRV, TXT, A } = DNS_TYPE;
  assert.deepEqual(questions, [[PTR], [SRV, TXT], [A], [PTR]]);
  assert.equal(network.members.size, 0);
  assert.equal(clock.pendingTimers(), 0);
});

Deno.test("findServices() ends with the signal's reason, and at once with what opening throws", async () => {
  const clock = createFakeClock();
  const network = createNetwork();
  const stop = new AbortController();
  const finding = findServices(MESHTASTIC_SERVICE, { clock, open: network.open, signal: stop.signal });
  await clock.tick(10);
  stop.abort(new Error("enough"));
  await assert.rejects(finding, /enough/);
  assert.equal(network.members.size, 0);
  assert.equal(clock.pendingTimers(), 0);
  const failed = () => Promise.reject(new ServiceError("unreachable", "no network"));
  await assert.rejects(findServices(MESHTASTIC_SERVICE, { clock, open: failed }), /no network/);
});

async function announced(network: ReturnType<typeof createNetwork>, clock = createFakeClock()) {
  const announcing = announceService({
    service: MESHTASTIC_SERVICE,
    instance: "Virtual node",
    hostname: "bot",
    port: 4404,
    txt: { shortname: "VIRT" },
    addresses: () => ["10.0.0.7"],
    clock,
    open: network.open,
  });
  await clock.tick(750);
  const announcement = await announcing;
  return { announcement, clock };
}

Deno.test("announceService() probes, announces twice, is found, and says good-bye", async () => {
  const network = createNetwork();
  const { announcement, clock } = await announced(network);
  assert.equal(network.sent.filter(({ isResponse, authorities }) => !isResponse && authorities.length === 3).length, 3);
  await clock.tick(1000);
  assert.equal(network.sent.filter(({ isResponse }) => isResponse).length, 2);
  await clock.tick(5000);

  const finding = findServices(MESHTASTIC_SERVICE, { clock, open: network.open, timeoutMs: 900 });
  await clock.tick(900);
  const found = { instance: "Virtual node", host: "bot.local", addresses: ["10.0.0.7"], port: 4404, txt: new Map([["shortname", "VIRT"]]) };
  assert.deepEqual(await finding, [found]);

  await announcement[Symbol.asyncDispose]();
  await announcement[Symbol.asyncDispose]();
  const last = network.sent.at(-1);
  assert.ok(last?.isResponse && last.answers.length === 5 && last.answers.every(({ ttlS }) => ttlS === 0));
  assert.equal(network.members.size, 0);
  assert.equal(clock.pendingTimers(), 0);
});

Deno.test("announceService() takes the next name when somebody has it, and gives up after twenty", async () => {
  const network = createNetwork();
  const { announcement: first, clock } = await announced(network);
  const second = announceService({
    service: MESHTASTIC_SERVICE,
    instance: "virtual NODE",
    hostname: "bot",
    port: 4405,
    addresses: () => ["10.0.0.8"],
    clock,
    open: network.open,
  });
  await clock.tick(2000);
  await using other = await second;
  assert.deepEqual([other.instance, other.hostname], ["virtual NODE (2)", "bot-2"]);

  const greedy: OpenMulticast = (onMessage) =>
    Promise.resolve({
      multicast(bytes) {
        const { isResponse, authorities } = decodeMessage(bytes);
        if (isResponse) return Promise.resolve();
        const answers = authorities.map((one): DnsRecord => one.data.kind === "SRV" ? { ...one, data: { ...one.data, port: 1 } } : one);
        onMessage(encodeMessage({ isResponse: true, answers }), { address: "10.0.0.66", port: MDNS_PORT });
        return Promise.resolve();
      },
      send: () => Promise.resolve(),
      close: () => Promise.resolve(),
    });
  const options = { service: MESHTASTIC_SERVICE, instance: "x", hostname: "x", port: 1, addresses: () => [], clock, open: greedy };
  const refused = assert.rejects(announceService(options), /20 names like x are taken/);
  await clock.tick(20_000);
  await refused;
  await first[Symbol.asyncDispose]();
});

Deno.test("announceService() refuses a machine's name with a dot before anything is sent", async () => {
  const opened = () => assert.fail("it must not come so far");
  const options = { service: MESHTASTIC_SERVICE, instance: "x", hostname: "bot.local", port: 1, clock: createFakeClock(), open: opened };
  await assert.rejects(announceService(options), /RangeError: Cannot announce "bot\.local" as a machine: the name must have no dot/);
});

Deno.test("announceService() answers a simple client directly, and nobody who knows the answer", async () => {
  const network = createNetwork();
  const { announcement, clock } = await announced(network);
  await clock.tick(5000);
  const question = { name: SERVICE, type: DNS_TYPE.PTR, unicast: false };
  const simple = { address: "10.0.0.5", port: 40_000 };
  network.say({ id: 77, questions: [question] }, simple);
  const reply = network.direct[0];
  assert.deepEqual([reply?.to, reply?.message.id, reply?.message.questions], [simple, 77, [question]]);
  assert.ok([...reply?.message.answers ?? [], ...reply?.message.additionals ?? []].every(({ ttlS, flush }) => ttlS <= 10 && !flush));

  const before = network.sent.length;
  const pointer = record(SERVICE, { kind: "PTR", target: ["Virtual node", ...SERVICE] }, { ttlS: 4000 });
  network.say({ questions: [question], answers: [pointer] });
  network.say({ questions: [{ ...question, name: ["_http", "_tcp", "local"] }] });
  assert.equal(network.sent.length, before + 2, "nothing was answered");
  network.say({ questions: [question], answers: [{ ...pointer, ttlS: 100 }] });
  network.say({ questions: [question] });
  assert.equal(network.sent.length, before + 5, "answered once within a second");
  await clock.tick(1000);
  network.say({ questions: [{ name: ["BOT", "local"], type: DNS_TYPE.ANY, unicast: false }] });
  assert.ok(network.sent.at(-1)?.answers.some(({ name }) => sameName(name, ["bot", "local"])));
  await announcement[Symbol.asyncDispose]();
});

Deno.test("announceService() survives any bytes, and a name that it cannot repeat", async () => {
  const network = createNetwork();
  const { announcement } = await announced(network);
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => network.sayBytes(bytes)));
  // 63 bytes that are no UTF-8 are 189 as text; the second question is ours.
  const header = [0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0];
  const bad = [63, ...Array.from({ length: 63 }, () => 0xff), 0, 0, 1, 0, 1];
  const ours = encodeMessage({ questions: [{ name: SERVICE, type: DNS_TYPE.PTR, unicast: false }] }).slice(12);
  for (const { onMessage } of network.members) onMessage(Uint8Array.from([...header, ...bad, ...ours]), { address: "10.0.0.5", port: 4 });
  assert.deepEqual(network.direct, []);
  await announcement[Symbol.asyncDispose]();
});

Deno.test("announceService() refuses names that are too long before it sends anything", async () => {
  const network = createNetwork();
  const options = {
    service: MESHTASTIC_SERVICE,
    instance: "x".repeat(64),
    hostname: "bot",
    port: 1,
    clock: createFakeClock(),
    open: network.open,
  };
  await assert.rejects(announceService(options), RangeError);
  assert.deepEqual([network.sent.length, network.members.size], [0, 0]);
});

await withUnixSockets(import.meta.url, () => {
  /** A port that nobody else's test uses: both sides share it. */
  async function freePort(): Promise<number> {
    const socket = createSocket("udp4");
    const port = await new Promise<number>((resolve) => socket.bind(0, () => resolve(socket.address().port)));
    await new Promise<void>((resolve) => socket.close(() => resolve()));
    return port;
  }

  Deno.test("findServices() finds on the loopback what announceService() announces", async () => {
    const place = { groupPort: await freePort(), interfaces: ["127.0.0.1"], clock: systemClock };
    await using announcement = await announceService({
      ...place,
      service: MESHTASTIC_SERVICE,
      instance: "Virtual node",
      hostname: "bot",
      port: 4404,
      addresses: () => ["127.0.0.1"],
    });
    assert.equal(announcement.instance, "Virtual node");
    const found = await findServices(MESHTASTIC_SERVICE, { ...place, timeoutMs: 1200 });
    assert.deepEqual(found.map(({ instance, addresses, port }) => ({ instance, addresses, port })), [
      { instance: "Virtual node", addresses: ["127.0.0.1"], port: 4404 },
    ]);
  });

  Deno.test("openMulticast() takes a port of its own when the group's is another program's, if that will do", async () => {
    const owner = createSocket("udp4");
    const groupPort = await new Promise<number>((resolve) => owner.bind(0, () => resolve(owner.address().port)));
    const place = { groupPort, interfaces: ["127.0.0.1"] };
    await assert.rejects(openMulticast(() => {}, place), (error) => error instanceof ServiceError && error.fault === "unreachable");
    const socket = await openMulticast(() => {}, { ...place, ownPortWillDo: true });
    await socket.multicast(Uint8Array.of(1));
    await socket.send(Uint8Array.of(1), { address: "127.0.0.1", port: groupPort });
    await socket.close();
    await socket.close();
    await new Promise<void>((resolve) => owner.close(() => resolve()));
  });

  Deno.test("openMulticast() throws where no network carries multicast", async () => {
    await assert.rejects(openMulticast(() => {}, { groupPort: await freePort(), interfaces: ["203.0.113.9"] }), /no network/);
    assert.ok(ownIpv4Addresses().length > 0);
  });
});
