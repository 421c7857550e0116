/** The departments and territories that Météo-France watches over, and the names and codes by which others know them. */

/** A department or a territory overseas. */
export interface Department {
  /** "01" to "95", "2A", "2B", "99" for Andorra, three digits overseas. */
  readonly code: string;
  /** In French. */
  readonly name: string;
  /** Whose page and feeds it is in. */
  readonly zone: Zone;
  /** Of what is today there. */
  readonly timeZone: string;
}

/** What one bulletin of Météo-France covers: the mainland with Corsica and Andorra, or one territory overseas by its code. */
export type Zone = "mainland" | `9${string}`;

const PARIS = "Europe/Paris";

// Code, name, NUTS 3 code of 2013 and EMMA_ID: MeteoAlarm names areas of France by one of the last two, and by a name that may lack its
// hyphens ("Haute Garonne"). No code of one list is a different department's in the other. Andorra has no NUTS code, but one of FIPS.
const MAINLAND: readonly (readonly [code: string, name: string, nuts3: string, emmaId: string])[] = [
  ["01", "Ain", "FR711", "FR039"],
  ["02", "Aisne", "FR221", "FR073"],
  ["03", "Allier", "FR721", "FR043"],
  ["04", "Alpes-de-Haute-Provence", "FR821", "FR032"],
  ["05", "Hautes-Alpes", "FR822", "FR033"],
  ["06", "Alpes-Maritimes", "FR823", "FR029"],
  ["07", "Ardèche", "FR712", "FR026"],
  ["08", "Ardennes", "FR211", "FR074"],
  ["09", "Ariège", "FR621", "FR008"],
  ["10", "Aube", "FR212", "FR075"],
  ["11", "Aude", "FR811", "FR007"],
  ["12", "Aveyron", "FR622", "FR021"],
  ["13", "Bouches-du-Rhône", "FR824", "FR027"],
  ["14", "Calvados", "FR251", "FR052"],
  ["15", "Cantal", "FR722", "FR024"],
  ["16", "Charente", "FR531", "FR016"],
  ["17", "Charente-Maritime", "FR532", "FR015"],
  ["18", "Cher", "FR241", "FR059"],
  ["19", "Corrèze", "FR631", "FR018"],
  ["2A", "Corse-du-Sud", "FR831", "FR090"],
  ["2B", "Haute-Corse", "FR832", "FR089"],
  ["21", "Côte-d'Or", "FR261", "FR078"],
  ["22", "Côtes-d'Armor", "FR521", "FR047"],
  ["23", "Creuse", "FR632", "FR041"],
  ["24", "Dordogne", "FR611", "FR017"],
  ["25", "Doubs", "FR431", "FR080"],
  ["26", "Drôme", "FR713", "FR031"],
  ["27", "Eure", "FR231", "FR056"],
  ["28", "Eure-et-Loir", "FR242", "FR063"],
  ["29", "Finistère", "FR522", "FR046"],
  ["30", "Gard", "FR812", "FR022"],
  ["31", "Haute-Garonne", "FR623", "FR009"],
  ["32", "Gers", "FR624", "FR005"],
  ["33", "Gironde", "FR612", "FR014"],
  ["34", "Hérault", "FR813", "FR020"],
  ["35", "Ille-et-Vilaine", "FR523", "FR050"],
  ["36", "Indre", "FR243", "FR042"],
  ["37", "Indre-et-Loire", "FR244", "FR093"],
  ["38", "Isère", "FR714", "FR034"],
  ["39", "Jura", "FR432", "FR079"],
  ["40", "Landes", "FR613", "FR004"],
  ["41", "Loir-et-Cher", "FR245", "FR058"],
  ["42", "Loire", "FR715", "FR037"],
  ["43", "Haute-Loire", "FR723", "FR025"],
  ["44", "Loire-Atlantique", "FR511", "FR049"],
  ["45", "Loiret", "FR246", "FR061"],
  ["46", "Lot", "FR625", "FR013"],
  ["47", "Lot-et-Garonne", "FR614", "FR012"],
  ["48", "Lozère", "FR814", "FR023"],
  ["49", "Maine-et-Loire", "FR512", "FR092"],
  ["50", "Manche", "FR252", "FR051"],
  ["51", "Marne", "FR213", "FR076"],
  ["52", "Haute-Marne", "FR214", "FR085"],
  ["53", "Mayenne", "FR513", "FR053"],
  ["54", "Meurthe-et-Moselle", "FR411", "FR088"],
  ["55", "Meuse", "FR412", "FR002"],
  ["56", "Morbihan", "FR524", "FR048"],
  ["57", "Moselle", "FR413", "FR087"],
  ["58", "Nièvre", "FR262", "FR060"],
  ["59", "Nord", "FR301", "FR070"],
  ["60", "Oise", "FR222", "FR072"],
  ["61", "Orne", "FR253", "FR054"],
  ["62", "Pas-de-Calais", "FR302", "FR069"],
  ["63", "Puy-de-Dôme", "FR724", "FR040"],
  ["64", "Pyrénées-Atlantiques", "FR615", "FR091"],
  ["65", "Hautes-Pyrénées", "FR626", "FR003"],
  ["66", "Pyrénées-Orientales", "FR815", "FR006"],
  ["67", "Bas-Rhin", "FR421", "FR086"],
  ["68", "Haut-Rhin", "FR422", "FR083"],
  ["69", "Rhône", "FR716", "FR038"],
  ["70", "Haute-Saône", "FR433", "FR082"],
  ["71", "Saône-et-Loire", "FR263", "FR077"],
  ["72", "Sarthe", "FR514", "FR057"],
  ["73", "Savoie", "FR717", "FR036"],
  ["74", "Haute-Savoie", "FR718", "FR035"],
  ["75", "Paris", "FR101", "FR101"],
  ["76", "Seine-Maritime", "FR232", "FR055"],
  ["77", "Seine-et-Marne", "FR102", "FR068"],
  ["78", "Yvelines", "FR103", "FR064"],
  ["79", "Deux-Sèvres", "FR533", "FR094"],
  ["80", "Somme", "FR223", "FR071"],
  ["81", "Tarn", "FR627", "FR011"],
  ["82", "Tarn-et-Garonne", "FR628", "FR010"],
  ["83", "Var", "FR825", "FR028"],
  ["84", "Vaucluse", "FR826", "FR030"],
  ["85", "Vendée", "FR515", "FR044"],
  ["86", "Vienne", "FR534", "FR045"],
  ["87", "Haute-Vienne", "FR633", "FR019"],
  ["88", "Vosges", "FR414", "FR084"],
  ["89", "Yonne", "FR264", "FR062"],
  ["90", "Territoire de Belfort", "FR434", "FR081"],
  ["91", "Essonne", "FR104", "FR066"],
  ["92", "Hauts-de-Seine", "FR105", "FR105"],
  ["93", "Seine-Saint-Denis", "FR106", "FR106"],
  ["94", "Val-de-Marne", "FR107", "FR107"],
  ["95", "Val-d'Oise", "FR108", "FR065"],
  ["99", "Andorre", "AN", "FR001"],
];

// Code, name, time zone. The page of each is at its name.
const OVERSEAS: readonly (readonly [code: `9${string}`, name: string, timeZone: string])[] = [
  ["971", "Guadeloupe", "America/Guadeloupe"],
  ["972", "Martinique", "America/Martinique"],
  ["973", "Guyane", "America/Cayenne"],
  ["974", "La Réunion", "Indian/Reunion"],
  ["975", "Saint-Pierre-et-Miquelon", "America/Miquelon"],
  ["976", "Mayotte", "Indian/Mayotte"],
  ["977", "Saint-Barthélemy", "America/St_Barthelemy"],
  ["978", "Saint-Martin", "America/Marigot"],
  ["986", "Wallis-et-Futuna", "Pacific/Wallis"],
  ["987", "Polynésie française", "Pacific/Tahiti"],
  ["988", "Nouvelle-Calédonie", "Pacific/Noumea"],
];

const BY_CODE = new Map<string, Department>();
const BY_NAME = new Map<string, Department>();
const BY_AREA_CODE = new Map<string, Department>();

for (const [code, name, nuts3, emmaId] of MAINLAND) {
  const department = enter({ code, name, zone: "mainland", timeZone: PARIS });
  BY_AREA_CODE.set(nuts3, department).set(emmaId, department);
}
for (const [code, name, timeZone] of OVERSEAS) enter({ code, name, zone: code, timeZone });
BY_NAME.set("andorra", BY_CODE.get("99") as Department);

function enter(department: Department): Department {
  BY_CODE.set(department.code, department);
  BY_NAME.set(lettersOf(department.name), department);
  return department;
}

/** Every one of them, by code. */
export function allDepartments(): Department[] {
  return [...BY_CODE.values()];
}

/** The department of a code as it is written in lists, e.g. `2A`; undefined when there is none. */
export function departmentOf(code: string): Department | undefined {
  return BY_CODE.get(code.toUpperCase());
}

/** The department that a person means: by code (`59`, `2a`, `1`) or by name, with or without accents and hyphens. */
export function findDepartment(text: string): Department | undefined {
  const wanted = text.trim();
  if (wanted.length > 60) return undefined;
  return departmentOf(wanted.padStart(2, "0")) ?? departmentOfName(wanted);
}

/** The department of a name, with or without accents and hyphens. */
export function departmentOfName(name: string): Department | undefined {
  return BY_NAME.get(lettersOf(name));
}

/** The department of a NUTS 3 code or an EMMA_ID, e.g. `FR301` or `FR070` for the Nord. */
export function departmentOfArea(areaCode: string): Department | undefined {
  return BY_AREA_CODE.get(areaCode);
}

/** The name as Météo-France's addresses have it: `la-reunion`. */
export function slugOf({ name }: Department): string {
  return fold(name).replace(/[^a-z]+/g, "-");
}

function lettersOf(name: string): string {
  return fold(name).replace(/[^a-z]/g, "");
}

/** Lower case, without accents. */
function fold(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}
