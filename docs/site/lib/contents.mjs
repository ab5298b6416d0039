import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { PAGES } from "./places.mjs";

/** The pages in their order; a page that is not there is left out of the list. */
const CONTENTS = [
  {
    text: "Begin",
    items: [
      ["start", "Start in five minutes"],
      ["ideas", "The ideas"],
      ["loads", "What loads"],
      ["examples", "Examples"],
    ],
  },
  {
    text: "Guides",
    items: [
      ["guides/own-model", "My own model and prompts"],
      ["guides/published-circuit", "A published circuit"],
      ["guides/compare-methods", "Compare methods"],
      ["guides/autoencoders", "Autoencoders"],
      ["studio", "The studio"],
      ["experiments", "Experiments and plots"],
      ["sweeps", "Sweeps"],
      ["cuda", "On a GPU"],
      ["rasp", "Compiled transformers"],
    ],
  },
  {
    text: "Reference",
    items: [
      ["methods", "Methods"],
      ["metrics", "Metrics"],
      ["circuits", "Published circuits and tasks"],
      ["formats", "Files read and written"],
      ["command-line", "Command line"],
      ["errors", "Errors by code"],
      ["api/index", "API"],
    ],
  },
  {
    text: "From other tools",
    items: [
      ["porting", "From AutoCircuit"],
      ["porting-eap-ig", "From EAP-IG"],
    ],
  },
  {
    text: "Numbers",
    items: [
      ["benchmarks", "Benchmarks"],
      ["growth", "How it grows"],
    ],
  },
  {
    text: "The project",
    items: [
      ["architecture", "Architecture"],
      ["contributing", "Contributing"],
      ["dependencies", "Dependencies"],
      ["security", "Security"],
      ["changes", "Changes"],
    ],
  },
];

/** The list of pages beside every page. */
export function sidebar() {
  return CONTENTS.map(({ text, items }) => ({
    text,
    items: items
      .filter(([page]) => existsSync(join(PAGES, `${page}.md`)))
      .map(([page, title]) => ({ text: title, link: `/${page.replace(/index$/, "")}` })),
  }));
}

/** The list beside the pages of the API: its packages. What each exports is listed on its page; here it would be on every page again. */
export function apiSidebar() {
  const packages = readdirSync(join(PAGES, "api"), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return [
    { text: "All pages", link: "/start" },
    { text: "API", items: packages.map(({ name }) => ({ text: `@autocircuit/${name}`, link: `/api/${name}/` })) },
  ];
}
