/**
 * A plugin for `deno lint` that judges nothing: it reports, as JSON, what each file imports and which watched globals
 * it uses. Deno's own parser does the reading; `rules.ts` does the judging.
 */

/** One thing that a file does. Names of an import: `default`, `*` or the exported name; only those that are no types. */
export type Fact =
  | { readonly kind: "import"; readonly from: string; readonly typeOnly: boolean; readonly names: readonly string[] }
  | { readonly kind: "importExpression" }
  | { readonly kind: "use"; readonly path: string };

const GLOBAL_OBJECTS = new Set(["globalThis", "window", "self"]);
const WATCHED = new Set([
  ...GLOBAL_OBJECTS,
  "Deno",
  "console",
  "setTimeout",
  "setInterval",
  "setImmediate",
  "Date",
  "performance",
  "AbortSignal",
  "WebSocket",
  "WebSocketStream",
  "WebTransport",
  "EventSource",
  "XMLHttpRequest",
  "fetch",
]);

// Where an identifier is the name of something of the file's own, or a type.
const NAMING_PARENTS = new Set([
  "TSTypeReference",
  "TSQualifiedName",
  "TSTypeQuery",
  "TSPropertySignature",
  "TSMethodSignature",
  "ImportSpecifier",
  "ExportSpecifier",
  "LabeledStatement",
]);

type AnyNode = { readonly type: string; readonly parent?: AnyNode; readonly [key: string]: unknown };

function create(context: Deno.lint.RuleContext): Deno.lint.LintVisitor {
  function report(node: Deno.lint.Node, fact: Fact): void {
    context.report({ node, message: JSON.stringify(fact) });
  }
  function reportImport(node: Deno.lint.Node, source: unknown, typeOnly: boolean, names: readonly string[]): void {
    const from = stringOf(source);
    if (from === undefined) report(node, { kind: "importExpression" });
    else report(node, { kind: "import", from, typeOnly, names });
  }
  return {
    ImportDeclaration(node) {
      // `import { type A }` still loads the module at run time; only `import type` is erased as a whole.
      reportImport(node, node.source, node.importKind === "type", valueNames(node.specifiers as unknown as AnyNode[]));
    },
    ExportNamedDeclaration(node) {
      if (node.source) reportImport(node, node.source, node.exportKind === "type", valueNames(node.specifiers as unknown as AnyNode[]));
    },
    ExportAllDeclaration(node) {
      reportImport(node, node.source, node.exportKind === "type", ["*"]);
    },
    ImportExpression(node) {
      reportImport(node, node.source, false, ["*"]);
    },
    TSImportType(node) {
      const argument = node.argument as unknown as AnyNode;
      reportImport(node, argument.literal ?? argument, true, []);
    },
    Identifier(node) {
      if (!WATCHED.has(node.name) || isNaming(node as unknown as AnyNode)) return;
      report(node, { kind: "use", path: pathOf(node as unknown as AnyNode) });
    },
  };
}

function valueNames(specifiers: readonly AnyNode[]): string[] {
  return specifiers.filter((specifier) => specifier.importKind !== "type" && specifier.exportKind !== "type").map((specifier) => {
    if (specifier.type === "ImportDefaultSpecifier") return "default";
    if (specifier.type === "ImportNamespaceSpecifier") return "*";
    const name = (specifier.type === "ExportSpecifier" ? specifier.local : specifier.imported) as AnyNode;
    return String(name.name ?? name.value);
  });
}

function stringOf(node: unknown): string | undefined {
  const { type, value, quasis } = (node ?? {}) as AnyNode;
  if (type === "Literal" && typeof value === "string") return value;
  if (type === "TemplateLiteral" && (quasis as AnyNode[]).length === 1) return String((quasis as AnyNode[])[0]?.cooked);
  return undefined;
}

/** True when the identifier does not stand for the global: a property's name, a key, a type, a class asked about. */
function isNaming(node: AnyNode): boolean {
  const parent = node.parent;
  if (parent === undefined) return false;
  if (NAMING_PARENTS.has(parent.type)) return true;
  if (parent.type === "BinaryExpression") return parent.operator === "instanceof" && parent.right === node;
  if (parent.type === "MemberExpression") return parent.property === node && parent.computed !== true;
  if (parent.type === "Property" && parent.key === node && parent.computed !== true) {
    return parent.shorthand !== true || parent.parent?.type === "ObjectPattern";
  }
  return (parent.type === "MethodDefinition" || parent.type === "PropertyDefinition") && parent.key === node && parent.computed !== true;
}

/** `globalThis.Deno["connect"](…)` is `Deno.connect`; `new Date()` keeps its brackets, because `new Date(x)` reads no clock. */
function pathOf(identifier: AnyNode): string {
  const names = [String(identifier.name)];
  let node = identifier;
  while (node.parent?.type === "MemberExpression" && node.parent.object === node) {
    node = node.parent;
    const property = node.property as AnyNode;
    names.push(node.computed === true ? stringOf(property) ?? "[…]" : String(property.name ?? property.value));
  }
  while (names.length > 1 && GLOBAL_OBJECTS.has(names[0] as string)) names.shift();
  const path = names.join(".");
  if (path !== "Date") return path;
  const { type, arguments: given } = node.parent ?? { type: "", arguments: [] };
  if (type === "CallExpression") return "Date()";
  if (type !== "NewExpression") return path;
  return Array.isArray(given) && given.length === 0 ? "new Date()" : "new Date(…)";
}

const plugin: Deno.lint.Plugin = { name: "layers", rules: { facts: { create } } };

// The linter loads a plugin by its default export.
export default plugin;
