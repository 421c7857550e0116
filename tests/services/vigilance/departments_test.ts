import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { KEYS } from "../../../src/config/keys.ts";
import * as v from "valibot";
import {
  allDepartments,
  departmentOf,
  departmentOfArea,
  departmentOfName,
  findDepartment,
  slugOf,
} from "../../../src/services/vigilance/departments.ts";
import { localTime } from "../../../src/services/vigilance/local_time.ts";

Deno.test("allDepartments() are those that the configuration takes, each in a time zone that exists", () => {
  const codes = new Set(allDepartments().map(({ code }) => code));
  const { schema } = KEYS["vigilance.department"].kind;
  const all = [
    "2A",
    "2B",
    ...Array.from({ length: 1000 }, (_, i) => String(i)),
    ...Array.from({ length: 100 }, (_, i) => String(i).padStart(2, "0")),
  ];
  for (const code of all) assert.equal(codes.has(code), v.safeParse(schema, code).success, code);
  for (const { timeZone } of allDepartments()) assert.match(localTime(0, timeZone).date, /^19(69|70)-/);
});

Deno.test("allDepartments() have names and area codes of their own", () => {
  const names = allDepartments().map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  for (const department of allDepartments()) {
    assert.equal(departmentOf(department.code), department);
    assert.equal(departmentOfName(department.name), department);
    assert.equal(findDepartment(department.name), department);
    assert.match(slugOf(department), /^[a-z]+(-[a-z]+)*$/);
  }
});

Deno.test("departmentOfArea() knows two codes for each department of the mainland", async () => {
  // The table is data: no code may have been written twice.
  const source = await readFile(new URL("../../../src/services/vigilance/departments.ts", import.meta.url), "utf8");
  const rows = [...source.matchAll(/^ {2}\["(\w\w)", "[^"]+", "(\w+)", "(\w+)"\],$/gm)];
  assert.equal(rows.length, 97);
  for (const [, code, nuts3 = "", emmaId = ""] of rows) {
    assert.equal(departmentOfArea(nuts3)?.code, code);
    assert.equal(departmentOfArea(emmaId)?.code, code);
  }
  assert.equal(departmentOfArea("FR623")?.name, "Haute-Garonne");
  assert.equal(departmentOfArea("FR003")?.name, "Hautes-Pyrénées");
  assert.equal(departmentOfArea(""), undefined);
});

Deno.test("findDepartment() takes numbers and names as people write them", () => {
  const found: readonly (readonly [text: string, code: string | undefined])[] = [
    ["59", "59"],
    [" 59 ", "59"],
    ["1", "01"],
    ["01", "01"],
    ["2a", "2A"],
    ["2B", "2B"],
    ["974", "974"],
    ["99", "99"],
    ["nord", "59"],
    ["ISERE", "38"],
    ["isère", "38"],
    ["cotes d armor", "22"],
    ["Côtes-d’Armor", "22"],
    ["la réunion", "974"],
    ["andorra", "99"],
    ["val d'oise", "95"],
    ["", undefined],
    ["20", undefined],
    ["0", undefined],
    ["96", undefined],
    ["059", undefined],
    ["59000", undefined],
    ["Lyon", undefined],
    ["-", undefined],
    ["constructor", undefined],
    ["__proto__", undefined],
    ["n".repeat(1000), undefined],
  ];
  for (const [text, code] of found) assert.equal(findDepartment(text)?.code, code, text);
});

Deno.test("slugOf() is the name as addresses have it", () => {
  assert.deepEqual(["974", "59", "22", "21", "975"].map((code) => slugOf(departmentOf(code) ?? assert.fail(code))), [
    "la-reunion",
    "nord",
    "cotes-d-armor",
    "cote-d-or",
    "saint-pierre-et-miquelon",
  ]);
});
