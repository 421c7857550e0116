/** What one key of the configuration is. */
import type { Kind, ValueFault } from "./kinds.ts";

/** The environment variables. */
export type Env = Readonly<Record<string, string>>;

/** What every entry tells. */
export interface KeyText<T> {
  /** One sentence for the operator, with the unit. */
  readonly help: string;
  /** A value as it stands in TOML, for the example file; needed where there is no constant default. */
  readonly example?: string;
  /** The value is never shown in a message. */
  readonly secret?: true;
  /** The full name of a number that this one must be greater than. */
  readonly above?: string;
  /** The full name of an optional key that must be given whenever this one is. */
  readonly together?: string;
  /** The default in words, where it depends on the environment or is too long. */
  readonly defaultText?: string;
  /** What is wrong with a good value beside those of other keys; `other` gives them by full name, undefined when there is none. */
  beside?(value: T, other: (name: string) => unknown): readonly ValueFault[];
}

/** One key of the configuration. */
export interface Key<T> extends KeyText<T> {
  readonly kind: Kind<T>;
  readonly presence: "required" | "defaulted" | "optional";
  /** The value when nobody gave one; a function of the environment gives undefined when it finds none. */
  readonly default?: T | ((env: Env) => T | undefined);
}

/** A table of keys by full name (`section.key`). */
// deno-lint-ignore no-explicit-any -- each key has a type of its own
export type Keys = Readonly<Record<string, Key<any>>>;

/** A key without which there is no configuration. */
export function required<T>(kind: Kind<T>, text: KeyText<T> & { readonly example: string }): Key<T> {
  return { ...text, kind, presence: "required" };
}

/** A key with a constant default. */
export function defaulted<T>(kind: Kind<T>, value: NoInfer<T>, text: KeyText<T>): Key<T> {
  return { ...text, kind, presence: "defaulted", default: value };
}

/** A key whose default the environment decides. */
export function computed<T>(
  kind: Kind<T>,
  value: (env: Env) => NoInfer<T> | undefined,
  text: KeyText<T> & { readonly defaultText: string; readonly example: string },
): Key<T> {
  return { ...text, kind, presence: "defaulted", default: value };
}

/** A key that may be absent. */
export function optional<T>(kind: Kind<T>, text: KeyText<T> & { readonly example: string }): Key<T | undefined> {
  return { ...text, kind: kind as Kind<T | undefined>, presence: "optional" };
}
