/** The questions that the history answers. Types only; each has its file in `queries/`. */

/** A span that ends now. Only what was heard by radio just then counts: no MQTT, no replays, no other transport. */
export interface Span {
  /** Wall clock, milliseconds since 1970. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** A count and its bytes on the air. */
export interface Sum {
  readonly packets: number;
  readonly bytes: number;
}

/** A node and what it sent. */
export interface NodeSum extends Sum {
  readonly node: number;
}

/** A PortNum and what came under it; -1 stands for packets that our node could not decrypt. */
export interface TypeSum extends Sum {
  readonly portnum: number;
}

/** One hour of the clock (UTC); the first is cut off by the span. */
export interface HourSum extends Sum {
  readonly startMs: number;
}

/** A radio link: `hearer` heard `heard` without anybody between. */
export interface RadioLink {
  readonly heard: number;
  readonly hearer: number;
  /** `direct`: packets that our own node heard; `report`: a neighbour report of `hearer`; `traceroute`: a hop of a traced route. */
  readonly source: "direct" | "report" | "traceroute";
  /** Packets, reports or routes that it was seen in. */
  readonly times: number;
  /** Best SNR in dB; undefined when it was never told. */
  readonly snrMax: number | undefined;
  readonly snrMean: number | undefined;
  /** dBm; for direct packets only. */
  readonly rssiMax: number | undefined;
  /** Wall clock of the last time; to the hour for direct packets. */
  readonly lastMs: number;
}

/** A text of the past. */
export interface KeptText {
  readonly atMs: number;
  readonly from: number;
  readonly channel: number;
  readonly text: string;
}

/** What each question needs. */
export interface Questions {
  /** /stats */
  overview: Span;
  /** /top, /stats top: the `count` nodes that sent most. */
  top: Span & { readonly count: number };
  /** /packets, /histo without a word, /stats types. */
  types: Span;
  /** /histo with a word, /stats hours: packets by hour, of one PortNum or of all. */
  hours: Span & { readonly portnums?: readonly number[] };
  /** /hop, /stats hops. */
  hops: Span & { readonly count: number };
  /** /stats channel: how busy the nodes say that the channel is; the `count` that say most. */
  channel: Span & { readonly count: number };
  /** /traffic: texts to everybody on the channels given, the newest last. */
  texts: Span & { readonly channels: readonly number[]; readonly count: number };
  /**
   * /propag, /neighbors: radio links, at most `count` of each source (1,000 unless said otherwise). `sources` defaults to direct packets
   * and neighbour reports; `node`: those of one node alone. Strongest first, or by `distance` the longest first, and then only links
   * between nodes whose places are kept; `ownPlace` stands for our own node's when it has none.
   */
  links: Span & {
    readonly sources?: readonly RadioLink["source"][];
    readonly node?: number;
    readonly count?: number;
    readonly order?: "snr" | "distance";
    readonly ownPlace?: { readonly latitude: number; readonly longitude: number };
  };
  /** /keys: the nodes heard, and since when without their NODEINFO. */
  seen: Span;
  /** /graphs, /power: what services measured, oldest first; at most `count` means of equal parts of the span when it is given. */
  readings: Span & { readonly kind: string; readonly count?: number };
  /** What the link did. */
  linkEvents: Span & { readonly count: number };
  /** Counts, sizes and ages, for people. */
  info: Record<never, never>;
}

/** What each question is answered with. */
export interface Answers {
  overview: Sum & { readonly nodes: number; readonly texts: number; readonly top: NodeSum | undefined };
  top: Sum & { readonly nodes: number; readonly top: readonly NodeSum[]; readonly types: readonly TypeSum[] };
  types: Sum & { readonly types: readonly TypeSum[] };
  hours: Sum & { readonly nodes: number; readonly hours: readonly HourSum[] };
  /** `farthest`: the greatest hop_start of each node; `taken`: packets by hops taken, where they tell. */
  hops: {
    readonly nodes: number;
    readonly farthest: readonly { readonly node: number; readonly hopStart: number }[];
    readonly taken: readonly { readonly hops: number; readonly packets: number }[];
  };
  /** The mean of all nodes' means; `nodes`: how many said anything. */
  channel: {
    readonly meanPercent: number | undefined;
    readonly nodes: number;
    readonly busiest: readonly { readonly node: number; readonly percent: number }[];
  };
  texts: { readonly total: number; readonly texts: readonly KeptText[] };
  links: readonly RadioLink[];
  seen: readonly { readonly node: number; readonly packets: number; readonly nodeInfo: boolean }[];
  readings: readonly { readonly atMs: number; readonly value: number }[];
  linkEvents: readonly { readonly atMs: number; readonly kind: string; readonly detail: string }[];
  info: {
    readonly tables: Readonly<Record<string, number>>;
    readonly oldestMs: number | undefined;
    readonly newestMs: number | undefined;
    readonly usedBytes: number;
    readonly freeBytes: number;
    readonly schemaVersion: number;
  };
}
