/** The few questions before the first start, each with an answer that is taken when there is none. */
import * as v from "valibot";
import { KEYS } from "../config.ts";
import { formatTarget, parseTarget } from "../diag/target.ts";
import { UsageError } from "../errors.ts";
import type { ServiceInstance } from "../io/mdns.ts";

/** What the first configuration needs. */
export interface Answers {
  readonly host: string;
  readonly port: number;
  readonly language: "en" | "fr";
  /** Node ids and public keys. */
  readonly admins: readonly string[];
  /** For so many hours the bot only listens. */
  readonly listenOnlyHours: number;
}

/** What the command line has said already. */
export interface Given {
  /** HOST[:PORT] */
  readonly host?: string;
  readonly language?: string;
  /** Separated by commas. */
  readonly admins?: string;
  readonly listenOnlyHours?: number;
}

/** A person at a terminal; without one `ask` gives undefined. */
export interface Person {
  say(line: string): void;
  /** The answer without blanks around it; undefined when there is nobody, or nobody any more. */
  ask(question: string): Promise<string | undefined>;
}

/** What is known before anything is asked. */
export interface Known {
  /** The nodes that were found on the network. */
  readonly found: readonly ServiceInstance[];
  readonly env: Readonly<Record<string, string>>;
}

const A_DAY_HOURS = 24;

/** The answers; throws UsageError at wrong ones of the command line, and when nobody can say which node it is. */
export async function collectAnswers(given: Given, known: Known, person: Person | undefined): Promise<Answers> {
  const usualLanguage = speaksFrench(known.env) ? "fr" : "en";
  const target = given.host === undefined ? await askNode(known.found, person) : parseTarget(given.host);
  const language = given.language === undefined
    ? await ask(person, `Language of the answers, en or fr [${usualLanguage}]:`, usualLanguage, readLanguage)
    : readLanguage(given.language);
  const admins = given.admins === undefined
    ? await ask(person, "Node ids or public keys of admins, separated by commas (!a1b2c3d4) [none]:", "", readAdmins)
    : readAdmins(given.admins);
  const listenOnlyHours = given.listenOnlyHours ??
    await ask(person, "For how many hours is the bot to listen only and answer nothing, 0 to 8760 [24]:", String(A_DAY_HOURS), readHours);
  return { ...target, language, admins, listenOnlyHours };
}

async function askNode(found: readonly ServiceInstance[], person: Person | undefined): Promise<{ host: string; port: number }> {
  const nodes = found.flatMap((node) => {
    const host = node.addresses[0] ?? node.host;
    return host === "" ? [] : [{ host, port: node.port, text: describeNode(node) }];
  });
  const only = nodes.length === 1 ? nodes[0] : undefined;
  if (person === undefined) {
    if (only !== undefined) return { host: only.host, port: only.port };
    const why = nodes.length === 0
      ? "no node was found on this network"
      : `${nodes.length} nodes were found on this network: ${nodes.map(({ text }) => text).join("; ")}`;
    throw new UsageError(`${why}. Say which one it is: --host HOST[:PORT]`);
  }
  nodes.forEach(({ text }, index) => person.say(`  ${index + 1}  ${text}`));
  const hint = nodes.length === 0 ? "No node was found on this network. " : "";
  const question = `${hint}Which node: ${nodes.length === 0 ? "" : "its number here, or "}HOST[:PORT]${only === undefined ? "" : " [1]"}:`;
  const answer = await ask(person, question, only === undefined ? undefined : "1", (text) => {
    const chosen = /^\d{1,3}$/.test(text) ? nodes[Number(text) - 1] : undefined;
    if (chosen === undefined && /^\d{1,3}$/.test(text)) throw new UsageError(`there is no node ${text} in the list`);
    return chosen ?? parseTarget(text);
  });
  return { host: answer.host, port: answer.port };
}

/** A node in one line: its name, its address and what it tells of itself. */
export function describeNode({ instance, host, addresses, port, txt }: ServiceInstance): string {
  const names = [instance, txt.get("shortname"), txt.get("id")].filter((name) => name !== undefined && name !== "");
  return `${formatTarget({ host: addresses[0] ?? host, port })}  ${names.join(" ").slice(0, 80)}`;
}

/** Asks until the answer can be read; an empty one, or nobody, is the usual answer. */
async function ask<T>(person: Person | undefined, question: string, usual: string | undefined, read: (text: string) => T): Promise<T> {
  for (;;) {
    const text = await person?.ask(question);
    const chosen = text === undefined || text === "" ? usual : text;
    if (chosen === undefined) {
      if (text === undefined) throw new UsageError("nobody answered. Say it on the command line; see: meshbot install --help");
      continue;
    }
    try {
      return read(chosen);
    } catch (error) {
      if (!(error instanceof UsageError) || text === undefined) throw error;
      person?.say(error.message);
    }
  }
}

function readLanguage(text: string): "en" | "fr" {
  return readKey("language", text.toLowerCase());
}

function readAdmins(text: string): readonly string[] {
  return readKey("mesh.admins", text);
}

function readHours(text: string): number {
  const hours = /^\d{1,4}$/.test(text) ? Number(text) : NaN;
  if (hours <= MAX_LISTEN_ONLY_HOURS) return hours;
  throw new UsageError(`${JSON.stringify(text)} must be a whole number from 0 to ${MAX_LISTEN_ONLY_HOURS}`);
}

/** A year: whoever wants more has `listen_only`. */
export const MAX_LISTEN_ONLY_HOURS = 8760;

/** A text as the configuration would understand it. */
function readKey<Name extends "language" | "mesh.admins">(
  name: Name,
  text: string,
): Name extends "language" ? "en" | "fr" : readonly string[] {
  const { kind } = KEYS[name];
  const result = v.safeParse(kind.schema, kind.fromText(text));
  if (!result.success) throw new UsageError(`${JSON.stringify(text)} must be ${kind.expected}`);
  return result.output as never;
}

function speaksFrench(env: Readonly<Record<string, string>>): boolean {
  return /^fr/i.test(env["LC_ALL"] || env["LC_MESSAGES"] || env["LANG"] || "");
}
