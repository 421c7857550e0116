import assert from "node:assert/strict";
import * as fc from "fast-check";
import { ServiceError } from "../../../src/errors.ts";
import { htmlTexts } from "../../../src/io/html.ts";
import { type Bulletin, readingOf } from "../../../src/services/vigilance/bulletin.ts";
import { departmentOf } from "../../../src/services/vigilance/departments.ts";
import { localTime } from "../../../src/services/vigilance/local_time.ts";
import { pageUrl, readPage } from "../../../src/services/vigilance/page.ts";
import { createFakeClock } from "../../support/fake_clock.ts";
import { datesAt, frenchDate, MARKUPS, type PageDay, pageHtml, parisTime, usualDays } from "./samples.ts";

const wallMs = createFakeClock().wallMs();
const dates = datesAt(wallMs);
const PARIS = "Europe/Paris";

async function bulletinOf(html: string, atWallMs = wallMs, timeZone = PARIS): Promise<Bulletin> {
  return readPage(await htmlTexts(html), localTime(atWallMs, timeZone));
}

/** `orange wind:orange`, for today and tomorrow. */
function wordsOf(bulletin: Bulletin, code: string, atWallMs = wallMs): (string | undefined)[] {
  const department = departmentOf(code);
  assert(department);
  const { today, tomorrow } = readingOf(bulletin, department, atWallMs);
  return [today, tomorrow].map((standing) =>
    standing && [standing.colour, ...[...standing.phenomena].map(([name, colour]) => `${name}:${colour}`).sort()].join(" ")
  );
}

async function assertMissing(html: string, missing: string, what = "", atWallMs = wallMs): Promise<void> {
  await assert.rejects(bulletinOf(html, atWallMs), { name: "ServiceError", fault: "unreadable", missing, what }, html.slice(0, 300));
}

for (const { name, render } of MARKUPS) {
  Deno.test(`readPage() reads colours and phenomena of two days from ${name}`, async () => {
    const bulletin = await bulletinOf(render(usualDays(dates)));
    assert.deepEqual(wordsOf(bulletin, "59"), ["orange heat:yellow thunderstorms:orange wind:orange", "yellow thunderstorms:yellow"]);
    assert.deepEqual(wordsOf(bulletin, "30"), ["red floods:red rain:red", "green"]);
    assert.deepEqual(wordsOf(bulletin, "2A"), ["orange waves:orange", "green"]);
    assert.deepEqual(wordsOf(bulletin, "2B"), ["green", "yellow cold:yellow"]);
    assert.deepEqual(wordsOf(bulletin, "95"), ["yellow cold:yellow snow:yellow", "green"]);
    assert.deepEqual(wordsOf(bulletin, "99"), ["yellow avalanches:yellow", "green"]);
    assert.deepEqual(wordsOf(bulletin, "01"), ["green", "green"]);
  });

  Deno.test(`readPage() finds a calm France green in ${name}`, async () => {
    const days = usualDays(dates).map(({ date, issued = "" }) => ({ date, issued }));
    assert.deepEqual(wordsOf(await bulletinOf(render(days)), "59"), ["green", "green"]);
  });

  Deno.test(`readPage() takes no page that breaks off for a whole one: ${name}`, async () => {
    const html = render(usualDays(dates));
    const end = html.search(/D(?:é|&eacute;)finition de la vigilance/);
    for (let length = 0; length <= end; length += 7) {
      await assert.rejects(bulletinOf(html.slice(0, length)), { name: "ServiceError", fault: "unreadable" }, String(length));
    }
  });
}

Deno.test("readPage() gives the time of issue as the page writes it, there", async () => {
  const department = departmentOf("59");
  assert(department);
  const [day, month] = [dates.yesterday.slice(8), dates.yesterday.slice(5, 7)];
  const written: readonly (readonly [issued: string, read: string | undefined])[] = [
    [`${frenchDate(dates.today)} à 16h02`, "16:02"],
    ["le lundi à 6h", "06:00"],
    ["06:05", "06:05"],
    ["16 heures 30", "16:30"],
    ["le " + frenchDate(dates.yesterday) + " à 16:00", `${day}/${month} 16:00`],
    [`${day}/${month}/${dates.yesterday.slice(0, 4)} 22h15`, `${day}/${month} 22:15`],
    ["99h99", undefined],
    ["bientôt", undefined],
  ];
  for (const [issued, read] of written) {
    const [today, tomorrow] = usualDays(dates) as [PageDay, PageDay];
    const bulletin = await bulletinOf(pageHtml([{ ...today, issued }, tomorrow]));
    assert.equal(readingOf(bulletin, department, wallMs).issued, read, issued);
  }
});

Deno.test("readPage() reads the first of a month and every month", async () => {
  for (let month = 1; month <= 12; month++) {
    const date = `${dates.today.slice(0, 4)}-${String(month).padStart(2, "0")}-01`;
    const atWallMs = parisTime(date, "12:00");
    const days = usualDays(datesAt(atWallMs));
    const html = pageHtml(days);
    for (const page of [html, html.replaceAll(" 1 ", " 1er "), html.replaceAll(" 1 ", " 1<sup>er</sup> ")]) {
      assert.equal(wordsOf(await bulletinOf(page, atWallMs), "59", atWallMs)[1], "yellow thunderstorms:yellow", date);
    }
  }
});

Deno.test("readPage() refuses an old page and names its date", async () => {
  const html = pageHtml(usualDays(dates));
  const day = 86_400_000;
  for (const ageDays of [2, 7, 365]) await assertMissing(html, "date", dates.today, wallMs + ageDays * day);
  // It is read for tomorrow's page too, which a wrong clock makes of today's.
  await assertMissing(html, "date", dates.today, wallMs - day);
  await assert.rejects(bulletinOf(html, wallMs + 7 * day), {
    message: `Météo-France's page cannot be read: dated ${dates.today}`,
  });
});

Deno.test("readPage() takes yesterday's page for today until the morning's is out", async () => {
  const html = pageHtml(usualDays(dates));
  const night = parisTime(dates.tomorrow, "00:30");
  assert.deepEqual(wordsOf(await bulletinOf(html, night), "59", night), ["yellow thunderstorms:yellow", undefined]);
  await assertMissing(html, "date", dates.today, parisTime(dates.tomorrow, "10:00"));
});

Deno.test("readPage() reads a page overseas by the date there", async () => {
  const reunion = departmentOf("974");
  assert(reunion);
  // 23:30 in Paris is the next day in La Réunion.
  const night = parisTime(dates.today, "23:30");
  const there = datesAt(night, reunion.timeZone);
  assert.equal(there.today, dates.tomorrow);
  const days: PageDay[] = [
    { date: there.today, issued: "16h00", lists: { orange: [["La Réunion (974)", "Cyclone", "Forte houle"]] } },
    { date: there.tomorrow, issued: "16h00" },
  ];
  const bulletin = await bulletinOf(pageHtml(days), night, reunion.timeZone);
  assert.deepEqual(wordsOf(bulletin, "974", night), ["orange cyclone:orange waves:orange", "green"]);
});

Deno.test("readPage() wants the dated headings of two days that follow each other", async () => {
  const [today, tomorrow] = usualDays(dates) as [PageDay, PageDay];
  const html = pageHtml([today, tomorrow]);
  await assertMissing("", "headings");
  await assertMissing("<html><body><div id=app></div><script>start()</script></body></html>", "headings");
  await assertMissing(pageHtml([today]), "headings");
  await assertMissing(pageHtml([today, today]), "headings");
  await assertMissing(pageHtml([today, { ...tomorrow, date: datesAt(wallMs + 3 * 86_400_000).today }]), "headings");
  await assertMissing(pageHtml([today, tomorrow, { ...tomorrow, date: datesAt(wallMs + 2 * 86_400_000).today }]), "headings");
  await assertMissing(html.replaceAll("Vigilance météo et crues pour le", "Situation du"), "headings");
  await assertMissing(html.replaceAll(frenchDate(tomorrow.date), "demain"), "headings");
  await assertMissing(html.replaceAll(frenchDate(tomorrow.date), "lundi 31 février 2026"), "headings");
});

Deno.test("readPage() finds nobody green where the structure is not the known one", async () => {
  const html = pageHtml(usualDays(dates));
  const calm = pageHtml(usualDays(dates).map(({ date, issued = "" }) => ({ date, issued })));
  await assertMissing(calm.replaceAll("Diffusion", "Publication"), "section", dates.today);
  await assertMissing(calm.slice(0, calm.indexOf("<h2>Définition")), "end");
  await assertMissing(calm.replaceAll("Définition", "Sens").replaceAll("outre-mer", "mer"), "stray", "971");
  await assertMissing(html.replaceAll("Nom des départements en vigilance", "Départements en vigilance"), "stray", "30");
  await assertMissing(html.replaceAll("Nom des départements en", "En"), "stray", "30");
  await assertMissing(html.replaceAll(/ \(\w+\)<ul>/g, "<ul>"), "entries", "red");
  await assertMissing(calm.replaceAll("Diffusion", "Trois départements en vigilance orange. Diffusion"), "list", "orange");
  await assertMissing(
    html.replaceAll(/<h3>Nom des départements en vigilance rouge.*?<\/ul><\/li><\/ul>/gs, "Vigilance rouge"),
    "list",
    "red",
  );
});

Deno.test("readPage() takes a list that says it is empty for an empty one", async () => {
  const calm = pageHtml(usualDays(dates).map(({ date, issued = "" }) => ({ date, issued })));
  const none = ["Nom des départements en vigilance rouge : Aucun. Diffusion", "Aucun département en vigilance rouge. Diffusion"];
  for (const words of [...none, "0 département en vigilance orange. Diffusion"]) {
    assert.deepEqual(wordsOf(await bulletinOf(calm.replaceAll("Diffusion", words)), "59"), ["green", "green"], words);
  }
});

Deno.test("readPage() does not take what stands behind the lists for a part of them", async () => {
  const html = pageHtml(usualDays(dates)).replace("Définition de la vigilance rouge", "$&<p>Vigilance orange à Aube (10), Ain (01)</p>");
  const bulletin = await bulletinOf(html);
  assert.deepEqual(wordsOf(bulletin, "10"), ["green", "green"]);
  assert.deepEqual(wordsOf(bulletin, "01"), ["green", "green"]);
});

Deno.test("readPage() reads on when the definitions are only pointed to", async () => {
  const html = pageHtml(usualDays(dates)).replaceAll("<p>Diffusion", "<a href=#d>Définition des couleurs</a> $&");
  assert.deepEqual(wordsOf(await bulletinOf(html), "30"), ["red floods:red rain:red", "green"]);
  const within = pageHtml(usualDays(dates)).replaceAll("<h3>Nom", "<a href=#d>Définition de la vigilance</a> $&");
  assert.deepEqual(wordsOf(await bulletinOf(within), "30"), ["red floods:red rain:red", "green"]);
});

Deno.test("readPage() gives a bulletin or says that it cannot, whatever the page says", async () => {
  const words = [
    ...pageHtml(usualDays(dates)).split(/(?<=>)|(?=<)/),
    "Vigilance météo et crues pour le",
    frenchDate(dates.today),
    "Nom des départements en vigilance rouge",
    "(59)",
    "(999999)",
    "__proto__ (constructor)",
    "\u0000\u202e",
    "Diffusion :",
    "99h99",
    "&#xfffffff;",
    "<![CDATA[",
    "<!--",
    "<script>",
  ];
  const texts = fc.oneof(
    fc.string({ unit: "binary", maxLength: 300 }),
    fc.array(fc.constantFrom(...words), { maxLength: 60 }).map((parts) => parts.join("")),
    fc.record({
      markup: fc.constantFrom(...MARKUPS),
      cut: fc.array(fc.tuple(fc.nat(8000), fc.nat(200), fc.constantFrom("", ...words)), { maxLength: 4 }),
    }).map(({ markup, cut }) =>
      cut.reduce((html, [at, length, word]) => html.slice(0, at) + word + html.slice(at + length), markup.render(usualDays(dates)))
    ),
  );
  await fc.assert(
    fc.asyncProperty(texts, async (html) => {
      try {
        const bulletin = await bulletinOf(html);
        assert.equal(bulletin.days.length, 2);
      } catch (error) {
        assert(error instanceof ServiceError && error.fault === "unreadable", String(error));
      }
    }),
    { numRuns: 600 },
  );
});

Deno.test("pageUrl() goes to the territory's own page where the address is the usual one", () => {
  const usual = "https://vigilance.meteofrance.fr/fr/vigilance-accessible";
  assert.equal(pageUrl(usual, "mainland", "nord").href, usual);
  assert.equal(pageUrl(usual, "974", "la-reunion").href, "https://vigilance.meteofrance.fr/fr/la-reunion/vigilance-accessible");
  assert.equal(pageUrl("http://mirror.test/vigi.html", "974", "la-reunion").href, "http://mirror.test/vigi.html");
});
