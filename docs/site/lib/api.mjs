import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Application, TSConfigReader } from "typedoc";
import { PAGES, SITE } from "./places.mjs";

/** What people import; the rest are programs. */
const { files: SOURCES } = JSON.parse(readFileSync(join(SITE, "tsconfig.json"), "utf8"));

/** Anchors of properties, of which a page has many of one name, links to them, and parts of pages: vitepress has hyphens there, not underscores. */
const REPLACED = [
  [/<a id="property-[^"]*"><\/a> ?/g, ""],
  [/\[([^\]]+)\]\(#property-[^)]*\)/g, "$1"],
  [/#property-[^)]*\)/g, ")"],
  [/#([a-z0-9_-]+)\)/g, (link) => link.replaceAll("_", "-")],
];

/** Writes the API's pages from the comments beside the code: one for each thing that a package exports. */
export async function writeApi() {
  const app = await Application.bootstrapWithPlugins(
    {
      name: "API",
      entryPoints: SOURCES.map((file) => join(SITE, file)),
      tsconfig: join(SITE, "tsconfig.json"),
      plugin: ["typedoc-plugin-markdown"],
      // The compiler of the project checks the types.
      skipErrorChecking: true,
      excludeInternal: true,
      excludePrivate: true,
      excludeExternals: true,
      disableSources: true,
      readme: "none",
      logLevel: "Error",
      entryFileName: "index",
      membersWithOwnFile: ["Class", "Function"],
      hideBreadcrumbs: false,
      hidePageHeader: true,
      useCodeBlocks: true,
      sanitizeComments: true,
      parametersFormat: "table",
      interfacePropertiesFormat: "table",
      typeAliasPropertiesFormat: "table",
      enumMembersFormat: "table",
      validation: false,
    },
    [new TSConfigReader()],
  );
  const project = await app.convert();
  if (!project) throw new Error("typedoc could not read the packages.");
  for (const child of project.children ?? []) child.name = nameOf(child.name);
  const api = join(PAGES, "api");
  mkdirSync(api, { recursive: true });
  await app.outputs.writeOutput({ name: "markdown", path: api }, project);
  for (const page of readdirSync(api, { recursive: true }).filter((name) => name.endsWith(".md"))) {
    const file = join(api, page);
    const text = REPLACED.reduce((all, [from, to]) => all.replaceAll(from, to), readFileSync(file, "utf8"));
    writeFileSync(file, text);
  }
}

function nameOf(module) {
  return /^packages\/([a-z]+)\/src$/.exec(module)?.[1] ?? "native";
}
