/** Météo-France's vigilance for a department: its colour, phenomena and time of issue. */
import type { Service } from "../service.ts";

/** Answers about the vigilance. */
export interface Vigilance extends Service {
  readonly name: "vigilance";
}
