import assert from "node:assert/strict";
import { decode, encode } from "../../src/link/codec.ts";
import { encodeFrame } from "../../src/link/frame.ts";
import type { FromRadio, Init } from "../../src/link/messages.ts";
import { fieldsOf } from "../../src/share/wire.ts";
import { createFakeClock } from "../support/fake_clock.ts";
import { type ShareRig, shareRig } from "../support/share_rig.ts";
import { textOf, textPacket } from "../support/sim.ts";
import { socketsSettle } from "../support/unhurried.ts";

/** A browser's page: it keeps its cookie, or is of another site and has none. */
class Page {
  readonly #url: string;
  readonly #headers: Record<string, string>;
  readonly #keepsCookie: boolean;
  cookie: string | undefined;

  constructor(port: number, { origin, keepsCookie = true }: { readonly origin?: string; readonly keepsCookie?: boolean } = {}) {
    this.#url = `http://127.0.0.1:${port}`;
    this.#headers = origin === undefined ? {} : { origin, "user-agent": "page" };
    this.#keepsCookie = keepsCookie;
  }

  async ask(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { ...this.#headers, ...(this.cookie === undefined ? {} : { cookie: this.cookie }) };
    const response = await fetch(this.#url + path, { ...init, headers });
    const set = response.headers.get("set-cookie")?.split(";")[0];
    if (set !== undefined && this.#keepsCookie) this.cookie = set;
    return response;
  }

  async put(payloadVariant: NonNullable<Init<"ToRadio">["payloadVariant"]>): Promise<void> {
    const body = new Uint8Array(encode("ToRadio", { payloadVariant }));
    const response = await this.ask("/api/v1/toradio", { method: "PUT", body });
    assert.equal(response.status, 200);
    assert.deepEqual(await response.bytes(), body);
  }

  /** The next message; undefined when nothing waits. */
  async one(): Promise<FromRadio | undefined> {
    const response = await this.ask("/api/v1/fromradio");
    assert.equal(response.headers.get("content-type"), "application/x-protobuf");
    const bytes = await response.bytes();
    return bytes.length === 0 ? undefined : decode("FromRadio", bytes);
  }

  async all(): Promise<FromRadio[]> {
    const messages: FromRadio[] = [];
    for (let message = await this.one(); message !== undefined; message = await this.one()) messages.push(message);
    return messages;
  }
}

function httpRig(): Promise<ShareRig> {
  return shareRig({ clock: createFakeClock(), config: { http: "127.0.0.1:0" } });
}

Deno.test("Share serves the HTTP API: a handshake, texts both ways", async () => {
  await using rig = await httpRig();
  const page = new Page(await rig.httpPort());
  await page.put({ case: "wantConfigId", value: 5 });
  const messages = await page.all();
  assert.equal(messages[0]?.payloadVariant.case, "myInfo");
  assert.deepEqual(messages.at(-1)?.payloadVariant, { case: "configCompleteId", value: 5 });
  rig.node.receiveFromMesh(textPacket("hello", { from: 0x1000, id: 1 }));
  await socketsSettle();
  const [heard] = await page.all();
  assert.equal(heard?.payloadVariant.case === "packet" && textOf(heard.payloadVariant.value), "hello");
  const given = rig.node.waitFor("toRadio", ({ message }) => message.payloadVariant.case === "packet");
  await page.put({ case: "packet", value: textPacket("from the page", { id: 2 }) });
  const { payloadVariant } = (await given).message;
  assert.equal(payloadVariant.case === "packet" && textOf(payloadVariant.value), "from the page");
  await socketsSettle();
  assert.deepEqual((await page.all()).map(({ payloadVariant }) => payloadVariant.case), ["queueStatus"]);
  assert.deepEqual(rig.share.view.clients.map(({ kind, role }) => [kind, role]), [["http", "full"]]);
});

Deno.test("Share gives ?all=true everything in one answer", async () => {
  await using rig = await httpRig();
  const page = new Page(await rig.httpPort());
  await page.put({ case: "wantConfigId", value: 69420 });
  const bytes = await (await page.ask("/api/v1/fromradio?all=true")).bytes();
  const kinds = new Set((fieldsOf(bytes) ?? []).map(({ number }) => number));
  assert.ok([3, 5, 7, 9, 10].every((number) => kinds.has(number)));
  assert.equal(await page.one(), undefined);
});

Deno.test("Share keeps a session for each cookie, and one for each page of another site", async () => {
  await using rig = await httpRig();
  const port = await rig.httpPort();
  const one = new Page(port);
  const two = new Page(port);
  const away = new Page(port, { origin: "https://client.meshtastic.org", keepsCookie: false });
  for (const page of [one, two, away]) await page.put({ case: "wantConfigId", value: 69420 });
  assert.notEqual(one.cookie, two.cookie);
  for (const page of [one, two, away]) assert.equal((await page.all()).at(-1)?.payloadVariant.case, "configCompleteId");
  rig.node.receiveFromMesh(textPacket("hello", { from: 0x1000, id: 1 }));
  await socketsSettle();
  for (const page of [one, two, away]) assert.equal((await page.all()).length, 1);
  assert.equal(rig.share.view.clients.length, 3);
  const forged = new Page(port);
  forged.cookie = "meshbot=00000000-0000-0000-0000-000000000000";
  assert.equal(await forged.one(), undefined);
  assert.equal(rig.share.view.clients.length, 4);
});

Deno.test("Share lets pages of other sites ask (CORS), and refuses what is none of the two paths", async () => {
  await using rig = await httpRig();
  const page = new Page(await rig.httpPort(), { origin: "https://client.meshtastic.org" });
  const preflight = await page.ask("/api/v1/toradio", { method: "OPTIONS" });
  assert.equal(preflight.status, 204);
  assert.equal(preflight.headers.get("access-control-allow-origin"), "https://client.meshtastic.org");
  assert.match(preflight.headers.get("access-control-allow-methods") ?? "", /PUT/);
  const statuses: (readonly [string, number, string | null])[] = [];
  const tries: [string, RequestInit][] = [["/", {}], ["/api/v1/toradio", {}], ["/api/v1/fromradio", { method: "PUT", body: "x" }], [
    "/api/v1/toradio",
    { method: "PUT", body: "x".repeat(513) },
  ]];
  for (const [path, init] of tries) {
    const response = await page.ask(path, init);
    await response.body?.cancel();
    statuses.push([path, response.status, response.headers.get("access-control-allow-origin")]);
  }
  const origin = "https://client.meshtastic.org";
  assert.deepEqual(statuses, [["/", 404, origin], ["/api/v1/toradio", 405, origin], ["/api/v1/fromradio", 405, origin], [
    "/api/v1/toradio",
    413,
    origin,
  ]]);
  assert.deepEqual(rig.share.view.clients, []);
});

Deno.test("Share forgets a page that asks nothing for 15 minutes", async () => {
  const clock = createFakeClock();
  await using rig = await shareRig({ clock, config: { http: "127.0.0.1:0" } });
  const page = new Page(await rig.httpPort());
  await page.one();
  const before = page.cookie;
  await clock.tick(14 * 60_000);
  await page.one();
  await clock.tick(14 * 60_000);
  assert.equal(rig.share.view.clients.length, 1);
  await clock.tick(60_000);
  assert.equal(rig.share.view.clients.length, 0);
  await page.one();
  assert.notEqual(page.cookie, before);
});

Deno.test("Share refuses pages of other sites without letting them read or send anything, and says so once", async () => {
  await using rig = await httpRig();
  const page = new Page(await rig.httpPort(), { origin: "https://evil.example" });
  let given = 0;
  rig.node.on("toRadio", () => given += 1);
  const body = new Uint8Array(encode("ToRadio", { payloadVariant: { case: "packet", value: textPacket("from a page", { id: 2 }) } }));
  const tries: [string, RequestInit][] = [
    ["/api/v1/toradio", { method: "PUT", body }],
    ["/api/v1/fromradio", {}],
    ["/api/v1/toradio", { method: "OPTIONS" }],
  ];
  for (const [path, init] of tries) {
    const response = await page.ask(path, init);
    assert.equal(response.status, 403);
    assert.equal(response.headers.get("access-control-allow-origin"), null);
    assert.match(await response.text(), /pages of "https:\/\/evil\.example" may not ask/);
  }
  await socketsSettle();
  assert.deepEqual([given, rig.share.view.clients, page.cookie], [0, [], undefined]);
});

Deno.test("Share hangs up on a browser at the port of the apps: a page's request holds no order", async () => {
  await using rig = await httpRig();
  const port = await rig.port();
  let given = 0;
  rig.node.on("toRadio", () => given += 1);
  const order = encode("ToRadio", { payloadVariant: { case: "packet", value: textPacket("from a page", { id: 2 }) } });
  await assert.rejects(fetch(`http://127.0.0.1:${port}/`, { method: "POST", body: new Uint8Array(encodeFrame(order)) }));
  await socketsSettle();
  assert.deepEqual([given, rig.share.view.clients], [0, []]);
  const client = await rig.ready();
  await client[Symbol.asyncDispose]();
});
