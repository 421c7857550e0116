/** Mistakes that change nothing that anybody can see: no test can find them, so another one is drawn in their place. */

/** One of them, and why nobody can tell it from the original. */
export interface Equivalent {
  readonly file: string;
  /** The line as it stands, and what mistakes make of it; without the white space around them. */
  readonly line: string;
  /** `any`: whatever mistakes make of it. */
  readonly becomes: readonly string[] | "any";
  readonly reason: string;
}

/** All that are known. */
export const EQUIVALENT: readonly Equivalent[] = [
  {
    file: "src/link/connection.ts",
    line: "const READ_BUFFER_BYTES = 65_536;",
    becomes: "any",
    reason: "the size of a buffer: the same bytes, in more or fewer pieces",
  },
  {
    file: "src/link/frame.ts",
    line: "for (let inner = data.indexOf(START1, at + 2); inner >= 0 && inner < end; inner = data.indexOf(START1, inner + 1)) {",
    becomes: ["for (let inner = data.indexOf(START1, at + 2); inner >= 1 && inner < end; inner = data.indexOf(START1, inner + 1)) {"],
    reason: "the search begins at 2: what it finds is never at 0",
  },
  {
    file: "src/link/link.ts",
    line: "await this.#connection?.leave();",
    becomes: ["this.#connection?.leave();"],
    reason: "what runs ends when the connection has ended, and is awaited next",
  },
  {
    file: "src/mesh/remote_admin.ts",
    line: "if (nodeNum === this.#options.ownNum()) return await this.#order(nodeNum, undefined, { payloadVariant }, label, signal);",
    becomes: ["if (nodeNum === this.#options.ownNum()) return this.#order(nodeNum, undefined, { payloadVariant }, label, signal);"],
    reason: "an async function awaits what it returns",
  },
  {
    file: "src/mesh/remote_admin.ts",
    line: "return await this.#order(nodeNum, publicKey, { sessionPasskey: session, payloadVariant }, label, signal);",
    becomes: ["return this.#order(nodeNum, publicKey, { sessionPasskey: session, payloadVariant }, label, signal);"],
    reason: "an async function awaits what it returns",
  },
  {
    file: "src/mesh/least_heard.ts",
    line: "#turns = 0;",
    becomes: ["#turns = 1;"],
    reason: "turns are compared with each other alone",
  },
  {
    file: "src/mesh/node_find.ts",
    line: "const MAX_QUERY_CHARS = 40;",
    becomes: ["const MAX_QUERY_CHARS = 41;"],
    reason: "no name has more than 40 characters",
  },
  {
    file: "src/mesh/node_find.ts",
    line: "const wanted = cleanText(query, { maxBytes: 4 * MAX_QUERY_CHARS }).toLowerCase();",
    becomes: [
      "const wanted = cleanText(query, { maxBytes: 3 * MAX_QUERY_CHARS }).toLowerCase();",
      "const wanted = cleanText(query, { maxBytes: 5 * MAX_QUERY_CHARS }).toLowerCase();",
    ],
    reason: "40 characters have 120 bytes at most",
  },
  {
    file: "src/mesh/rate_limit.ts",
    line: "return Math.max(0, (history.attemptsMs[history.oldest] ?? 0) + windowMs - nowMs);",
    becomes: ["return Math.max(0, (history.attemptsMs[history.oldest] ?? 1) + windowMs - nowMs);"],
    reason: "the oldest of a full list is there",
  },
  {
    file: "src/mesh/recent_ids.ts",
    line: "while (this.#known.size > 0 && nowMs - (this.#atMs[this.#oldest] ?? 0) >= this.#keepMs) this.#forgetOldest();",
    becomes: ["while (this.#known.size > 0 && nowMs - (this.#atMs[this.#oldest] ?? 1) >= this.#keepMs) this.#forgetOldest();"],
    reason: "the oldest of those that are known is there",
  },
  {
    file: "src/mesh/send_queue.ts",
    line: "const RANK: Record<OutgoingPriority, number> = { person: 0, reply: 1, alert: 2, announcement: 3 };",
    becomes: ["const RANK: Record<OutgoingPriority, number> = { person: 0, reply: 1, alert: 2, announcement: 4 };"],
    reason: "the last one stays the last",
  },
  {
    file: "src/mesh/send_queue.ts",
    line: "#botServed = -1;",
    becomes: ["#botServed = -2;"],
    reason: "turns count from 0",
  },
  {
    file: "src/mesh/send_queue.ts",
    line: "#served = 0;",
    becomes: ["#served = 1;"],
    reason: "turns are compared with each other alone",
  },
  {
    file: "src/mesh/send_queue.ts",
    line: "const busy = (this.#nextAtMs.get(portnum) ?? 0) > nowMs;",
    becomes: ["const busy = (this.#nextAtMs.get(portnum) ?? 1) > nowMs;"],
    reason: "none of the kind was served: both branches are the same",
  },
  {
    file: "src/mesh/send_queue.ts",
    line: "if (rank !== 0) return rank < 0;",
    becomes: ["if (rank !== 0) return rank <= 0;"],
    reason: "it is not 0",
  },
  {
    file: "src/mesh/send_queue.ts",
    line: "if (turn !== 0) return turn < 0;",
    becomes: ["if (turn !== 0) return turn <= 0;"],
    reason: "it is not 0",
  },
  {
    file: "src/mesh/send_queue.ts",
    line: "return a.order < b.order;",
    becomes: ["return a.order <= b.order;"],
    reason: "no two have the same",
  },
  {
    file: "src/mesh/text.ts",
    line: "for (let totalDigits = 1;; totalDigits += 1) {",
    becomes: ["for (let totalDigits = 0;; totalDigits += 1) {"],
    reason: "no count has no digits: the next one is tried",
  },
  {
    file: "src/share/access.ts",
    line: "const bits = prefix === undefined ? width : /^\\d{1,3}$/.test(prefix) ? Number(prefix) : -1;",
    becomes: ["const bits = prefix === undefined ? width : /^\\d{1,3}$/.test(prefix) ? Number(prefix) : -2;"],
    reason: "every number below 0 is none",
  },
  {
    file: "src/share/access.ts",
    line: "if (groups.includes(-1) || (tail === undefined ? groups.length !== 16 : groups.length > 14)) return undefined;",
    becomes: ["if (groups.includes(-1) || (tail === undefined ? groups.length !== 16 : groups.length > 15)) return undefined;"],
    reason: "groups have two bytes each",
  },
  {
    file: "src/share/access.ts",
    line: "const bytes = parts.map((part) => /^\\d{1,3}$/.test(part) ? Number(part) : 256);",
    becomes: ["const bytes = parts.map((part) => /^\\d{1,3}$/.test(part) ? Number(part) : 257);"],
    reason: "every number above 255 is none",
  },
  {
    file: "src/share/radio_picture.ts",
    line: "const number = fieldsOf(bytes)?.findLast((field) => field.number > 1)?.number ?? 0;",
    becomes: [
      "const number = fieldsOf(bytes)?.findLast((field) => field.number > 2)?.number ?? 0;",
      "const number = fieldsOf(bytes)?.findLast((field) => field.number > 1)?.number ?? 1;",
    ],
    reason: "packets do not come here, and neither 0 nor 1 is a variant",
  },
  {
    file: "src/share/radio_picture.ts",
    line: "known.sort((a, b) => (b.lastHeardWallMs ?? 0) - (a.lastHeardWallMs ?? 0));",
    becomes: [
      "known.sort((a, b) => (b.lastHeardWallMs ?? 1) - (a.lastHeardWallMs ?? 0));",
      "known.sort((a, b) => (b.lastHeardWallMs ?? 0) - (a.lastHeardWallMs ?? 1));",
    ],
    reason: "nothing was heard in the first millisecond of 1970",
  },
  {
    file: "src/share/stream_reader.ts",
    line: "if (this.#length < HEADER_BYTES) {",
    becomes: ["if (this.#length <= HEADER_BYTES) {"],
    reason: "the first byte of a payload is put in its place by both branches",
  },
  {
    file: "src/share/tcp_client.ts",
    line: "const READ_BUFFER_BYTES = 4096;",
    becomes: "any",
    reason: "the size of a buffer: the same bytes, in more or fewer pieces",
  },
  {
    file: "src/share/tcp_client.ts",
    line: "const WRITE_BATCH_BYTES = 16_384;",
    becomes: "any",
    reason: "the size of a buffer: the same bytes, in more or fewer pieces",
  },
  {
    file: "src/share/wire.ts",
    line: "if (shift < 32) value |= (byte & 0x7f) << shift;",
    becomes: [
      "if (shift <= 32) value |= (byte & 0x7f) << shift;",
      "if (shift < 33) value |= (byte & 0x7f) << shift;",
      "if (shift < 31) value |= (byte & 0x7f) << shift;",
    ],
    reason: "shifts are multiples of 7",
  },
  {
    file: "src/share/wire.ts",
    line: "if (field.wireType === VARINT) return readVarint(bytes, field.valueAt)?.value ?? 0;",
    becomes: ["if (field.wireType === VARINT) return readVarint(bytes, field.valueAt)?.value ?? 1;"],
    reason: "fieldsOf() has read the same number before",
  },
  {
    file: "src/share/tcp_client.ts",
    line: "if (batch.length > 1) {",
    becomes: ["if (batch.length > 0) {", "if (batch.length >= 1) {"],
    reason: "one frame is copied where it need not be: the same bytes",
  },
  {
    file: "src/share/bot_contact.ts",
    line: "const FIRST_NUM = 4;",
    becomes: "any",
    reason: "of four thousand million node numbers, one at most has a contact with that number",
  },
  {
    file: "src/mesh/session.ts",
    line: "return this.#want(ONLY_NODES_NONCE, false);",
    becomes: ["return this.#want(ONLY_NODES_NONCE, true);"],
    reason: "the list alone is never the full handshake: nobody looks",
  },
  {
    file: "src/mesh/session.ts",
    line: "this.#nodeListTimer = this.#clock.after(NODE_LIST_DELAY_MS, () => this.#want(ONLY_NODES_NONCE, false));",
    becomes: ["this.#nodeListTimer = this.#clock.after(NODE_LIST_DELAY_MS, () => this.#want(ONLY_NODES_NONCE, true));"],
    reason: "the list alone is never the full handshake: nobody looks",
  },
  {
    file: "src/store/load_nodes.ts",
    line: "if (row === undefined || lastMs <= (row.last_heard_ms ?? 0)) continue;",
    becomes: ["if (row === undefined || lastMs <= (row.last_heard_ms ?? 1)) continue;"],
    reason: "no packet came in the first millisecond of 1970",
  },
  {
    file: "src/store/load_nodes.ts",
    line: "if (row === undefined || atMs <= (row.direct_ms ?? 0)) continue;",
    becomes: ["if (row === undefined || atMs <= (row.direct_ms ?? 1)) continue;"],
    reason: "no packet came in the first millisecond of 1970",
  },
  {
    file: "src/store/batch.ts",
    line: "const larger = new Uint8Array(Math.max(this.#raw.length * 2, this.#rawBytes + raw.length));",
    becomes: [
      "const larger = new Uint8Array(Math.max(this.#raw.length / 2, this.#rawBytes + raw.length));",
      "const larger = new Uint8Array(Math.max(this.#raw.length * 1, this.#rawBytes + raw.length));",
      "const larger = new Uint8Array(Math.max(this.#raw.length * 3, this.#rawBytes + raw.length));",
    ],
    reason: "how much room is made ahead: what is needed is there in any case",
  },
  {
    file: "src/store/batch.ts",
    line: "const larger = new Float64Array(this.#numbers.length * 2);",
    becomes: ["const larger = new Float64Array(this.#numbers.length * 3);"],
    reason: "how much room is made ahead",
  },
  {
    file: "src/store/batch.ts",
    line: "const FIRST_RAW_BYTES = 16 * 1024;",
    becomes: "any",
    reason: "how much room is made ahead",
  },
  {
    file: "src/mesh/node_db.ts",
    line: "if (heardWallMs !== undefined) record.lastHeardWallMs = Math.max(record.lastHeardWallMs ?? 0, heardWallMs);",
    becomes: ["if (heardWallMs !== undefined) record.lastHeardWallMs = Math.max(record.lastHeardWallMs ?? 1, heardWallMs);"],
    reason: "the node tells seconds: none is below 1 ms but the one that is no time",
  },
  {
    file: "src/mesh/node_db.ts",
    line: "if (heardWallMs > (record.lastHeardWallMs ?? 0)) record.lastHeardWallMs = heardWallMs;",
    becomes: [
      "if (heardWallMs >= (record.lastHeardWallMs ?? 0)) record.lastHeardWallMs = heardWallMs;",
      "if (heardWallMs > (record.lastHeardWallMs ?? 1)) record.lastHeardWallMs = heardWallMs;",
    ],
    reason: "the same time again, or the first millisecond of 1970",
  },
  {
    file: "src/store/history_client.ts",
    line: "if (this.#closing) return true;",
    becomes: ["if (this.#closing) return false;"],
    reason: "what comes after the end is collected, and handed to nobody",
  },
];
