/** Mutations of a page by its tags. */
import type { Random } from "../../src/simulator/random.ts";
import { mutateNumber, TELLING_TEXTS } from "./mutate_text.ts";

const TAGS = [
  "<p>",
  "</p>",
  "<ul>",
  "</ul>",
  "<li>",
  "<b>",
  "<script>",
  "</script>",
  "<style>",
  "<!--",
  "-->",
  "<template>",
  "<select>",
  "<svg>",
  "<br/>",
  "<![CDATA[",
];
const ENTITIES = ["&nbsp;", "&amp;", "&#0;", "&#xd800;", "&#x110000;", "&eacute;", "&notit;", "&#38;#60;"];

/** One mutation. */
export function mutateHtml(html: string, random: Random): string {
  const parts = html.match(/<[^>]*>|[^<]+|</g) ?? [];
  if (parts.length === 0) return random.pick(TAGS);
  const at = random.integer(0, parts.length - 1);
  const part = parts[at] as string;
  switch (random.integer(0, 7)) {
    case 0:
      parts.splice(at, 1);
      break;
    case 1:
      parts.splice(at, 0, random.pick(TAGS));
      break;
    case 2:
      parts.splice(at, 0, ...Array.from({ length: random.pick([1, 2, 40, 600]) }, () => part));
      break;
    case 3:
      parts.splice(random.integer(0, parts.length - 1), 0, ...parts.splice(at, random.integer(1, 10)));
      break;
    case 4:
      parts[at] = part.slice(0, random.integer(0, part.length));
      break;
    case 5:
      parts[at] = part.replace(/\d+/g, (number) => mutateNumber(number, random));
      break;
    case 6: {
      const inside = random.integer(0, part.length);
      parts[at] = part.slice(0, inside) + random.pick(random.chance(0.5) ? ENTITIES : TELLING_TEXTS) + part.slice(inside);
      break;
    }
    default:
      parts[at] = random.pick(parts);
  }
  return parts.join("");
}
