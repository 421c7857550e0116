/**
 * The times of a scheduled command, judged when the configuration is read: everything that passes here the library understands too, and it
 * comes up at some time. The library itself is not loaded for that.
 */

/** What one field of cron may hold. */
interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly names: readonly string[];
}

const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const DAYS_IN_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const FIELDS = [
  { name: "minute", min: 0, max: 59, names: [] },
  { name: "hour", min: 0, max: 23, names: [] },
  { name: "day", min: 1, max: 31, names: [] },
  { name: "month", min: 1, max: 12, names: MONTHS },
  // 0 and 7 are Sunday.
  { name: "weekday", min: 0, max: 7, names: WEEKDAYS },
] as const satisfies readonly Field[];

const MAX_SHOWN_CHARS = 40;
const SHAPE = 'five fields of cron (minute, hour, day of the month, month, weekday), such as "0 8 * * *" for every day at 8:00';

/** What is wrong with a cron text, completing "must be ..."; undefined when nothing is. */
export function cronFault(text: string): string | undefined {
  const fields = text.trim().toUpperCase().split(/\s+/);
  if (fields.length !== FIELDS.length) return SHAPE;
  for (const [index, field] of FIELDS.entries()) {
    const whole = fields[index] as string;
    if (!isSpecial(whole, field) && !whole.split(",").every((part) => isPart(part, field))) {
      return `${SHAPE}; the ${field.name} ${JSON.stringify(whole.slice(0, MAX_SHOWN_CHARS))} cannot be read`;
    }
  }
  return comesUp(fields as [string, string, string, string, string]) ? undefined : "a day that exists in one of its months";
}

function isPart(part: string, field: Field): boolean {
  const steps = field.name === "weekday" ? 7 : field.max - field.min + 1;
  const [range = "", step, ...more] = part.split("/");
  if (more.length > 0 || step !== undefined && !isNumber(step, 1, steps)) return false;
  if (range === "*") return true;
  const ends = range.split("-").map((end) => valueOf(end, field));
  const [from, to] = ends;
  if (ends.length === 2 && from !== undefined && to !== undefined) return from <= to;
  // A single value takes no step.
  return step === undefined && ends.length === 1 && from !== undefined;
}

/** The last day, the weekday next to a day, the second Friday, the last Friday: none of them stands in a list. */
function isSpecial(whole: string, field: Field): boolean {
  if (field.name === "day") {
    if (whole === "?" || whole === "L" || whole === "LW") return true;
    return whole.endsWith("W") && isNumber(whole.slice(0, -1), field.min, field.max);
  }
  if (field.name !== "weekday") return false;
  if (whole === "?") return true;
  const [, day, which] = /^(\w+?)(L|#[1-5]|#L)$/.exec(whole) ?? [];
  return day !== undefined && which !== undefined && valueOf(day, field) !== undefined;
}

function valueOf(text: string, field: Field): number | undefined {
  const named = field.names.indexOf(text);
  if (named >= 0) return named + field.min;
  return isNumber(text, field.min, field.max) ? Number(text) : undefined;
}

function isNumber(text: string, min: number, max: number): boolean {
  return /^\d{1,2}$/.test(text) && Number(text) >= min && Number(text) <= max;
}

/** False for the 31st of February and its like; a weekday comes up in every month. */
function comesUp([, , day, month, weekday]: [string, string, string, string, string]): boolean {
  if (!isAny(weekday) || isAny(day)) return true;
  const earliest = Math.min(...day.split(",").map((part) => /^\d/.test(part) ? Number.parseInt(part) : 1));
  return DAYS_IN_MONTH.some((days, index) => earliest <= days && includes(month, index + 1));
}

function isAny(field: string): boolean {
  return field === "*" || field === "?";
}

function includes(months: string, wanted: number): boolean {
  const field = FIELDS[3];
  return months.split(",").some((part) => {
    const [range = "", step = "1"] = part.split("/");
    const [from = field.min, to = range === "*" ? field.max : from] = range === "*"
      ? []
      : range.split("-").map((end) => valueOf(end, field));
    return wanted >= from && wanted <= to && (wanted - from) % Number(step) === 0;
  });
}
