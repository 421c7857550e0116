/** Météo-France's page for screen readers: its texts in document order give two days, each with lists of departments by colour. */
import { type Bulletin, type BulletinDay, checkDate, type Issue, whoIs } from "./bulletin.ts";
import { departmentOf, type Zone } from "./departments.ts";
import { type LocalDate, type LocalTime, nextDate } from "./local_time.ts";
import { issueOf, type Mark, marksOf, phenomenaIn } from "./page_marks.ts";
import { type Colour, GREEN, merge, type Standing, standing } from "./standing.ts";
import { type Missing, UnreadableError } from "./unreadable.ts";

/** What stands below one heading. */
interface Section {
  readonly date: LocalDate;
  readonly standings: Map<string, Standing>;
  readonly lists: List[];
  readonly mentioned: Set<Colour>;
  issue: Issue | undefined;
  issued: boolean;
  /** The definitions have begun. */
  ended: boolean;
  stray: string | undefined;
}

interface List {
  readonly colour: Colour;
  /** It has departments, or says that there are none. */
  filled: boolean;
}

const WHO = whoIs("page");

/**
 * What the page says, from its texts. A department that no list names is green, which holds only for a page of today that is whole and of
 * the known structure: throws UnreadableError for any other.
 */
export function readPage(texts: readonly string[], now: LocalTime): Bulletin {
  const sections: Section[] = [];
  for (const mark of marksOf(texts)) takeMark(mark, sections);
  const dates = [...new Set(sections.map(({ date }) => date))].sort();
  const [first, second] = dates;
  if (first === undefined || second === undefined || dates.length > 2 || second !== nextDate(first)) throw missing("headings");
  checkDate(WHO, first, now);
  const days = [first, second].map((date) => dayOf(date, sections));
  // A page that broke off has the lists of the first departments and lacks what comes behind them.
  if (sections.at(-1)?.ended !== true) throw missing("end");
  return { way: "page", days, unnamed: "green" };
}

/** The page of a zone: for those overseas, the last part of the usual address stands below the territory's name. */
export function pageUrl(configured: string, zone: Zone, slug: string): URL {
  const url = new URL(configured);
  if (zone !== "mainland") url.pathname = url.pathname.replace(/\/vigilance-accessible$/, `/${slug}/vigilance-accessible`);
  return url;
}

function takeMark(mark: Mark, sections: Section[]): void {
  if (mark.kind === "day") {
    // A date that no calendar has is no heading.
    if (mark.date === undefined) return;
    const section = emptySection(mark.date);
    sections.push(section);
    noteMentions(section, mark);
    return;
  }
  const section = sections.at(-1);
  if (section === undefined) return;
  takeInto(section, mark);
  noteMentions(section, mark);
}

function takeInto(section: Section, mark: Exclude<Mark, { kind: "day" }>): void {
  switch (mark.kind) {
    case "issue":
      section.ended = false;
      section.issued = true;
      section.issue ??= issueOf(mark.after);
      return;
    case "list":
      section.ended = false;
      section.lists.push({ colour: mark.colour, filled: false });
      return;
    case "none": {
      const list = section.lists.at(-1);
      if (list !== undefined && !section.ended) list.filled = true;
      return;
    }
    case "end":
      section.ended = true;
      return;
    case "department":
      if (!section.ended) takeDepartment(section, mark.code, mark.after);
  }
}

function noteMentions(section: Section, { mentions }: Mark): void {
  if (!section.ended) { for (const colour of mentions) section.mentioned.add(colour); }
}

function takeDepartment(section: Section, code: string, after: string): void {
  if (departmentOf(code) === undefined) return;
  const list = section.lists.at(-1);
  if (list === undefined) {
    // Andorra's name is a country's too, and may stand in a sentence.
    if (code !== "99") section.stray ??= code;
    return;
  }
  list.filled = true;
  section.standings.set(code, merge(section.standings.get(code) ?? GREEN, standing(list.colour, phenomenaIn(after))));
}

/** Everything that stands below a date; a page may name its days once more in a table of contents. */
function dayOf(date: LocalDate, sections: readonly Section[]): BulletinDay {
  const own = sections.filter((section) => section.date === date);
  if (!own.some(({ issued, lists }) => issued || lists.length > 0)) throw missing("section", date);
  const standings = new Map<string, Standing>();
  for (const section of own) {
    checkSection(section);
    for (const [code, one] of section.standings) standings.set(code, merge(standings.get(code) ?? GREEN, one));
  }
  return { date, issue: own.find(({ issue }) => issue !== undefined)?.issue, standings };
}

/** Where departments or colours are spoken of in a way that is not known, nobody is green for not being named. */
function checkSection({ lists, mentioned, stray }: Section): void {
  if (stray !== undefined) throw missing("stray", stray);
  const empty = lists.find(({ filled }) => !filled);
  if (empty !== undefined) throw missing("entries", empty.colour);
  for (const colour of mentioned) {
    if (!lists.some((list) => list.colour === colour)) throw missing("list", colour);
  }
}

function emptySection(date: LocalDate): Section {
  return {
    date,
    standings: new Map(),
    lists: [],
    mentioned: new Set(),
    issue: undefined,
    issued: false,
    ended: false,
    stray: undefined,
  };
}

function missing(kind: Missing, what?: string): UnreadableError {
  return new UnreadableError(WHO, kind, what);
}
