/** The questions and who answers them. */
import type { Answers, Questions } from "../questions.ts";
import type { Sqlite } from "../sqlite.ts";
import { channel } from "./channel.ts";
import { hops } from "./hops.ts";
import { hours } from "./hours.ts";
import { info } from "./info.ts";
import { linkEvents } from "./link_events.ts";
import { links } from "./links.ts";
import { overview } from "./overview.ts";
import { readings } from "./readings.ts";
import { seen } from "./seen.ts";
import { texts } from "./texts.ts";
import { top } from "./top.ts";
import { types } from "./types.ts";

/** Each question by name. */
export const QUERIES: { readonly [Name in keyof Questions]: (db: Sqlite, question: Questions[Name]) => Answers[Name] } = {
  overview,
  top,
  types,
  hours,
  hops,
  channel,
  texts,
  links,
  seen,
  readings,
  linkEvents,
  info,
};
