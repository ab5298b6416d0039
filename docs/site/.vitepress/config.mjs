import { defineConfig } from "vitepress";
import { apiSidebar, sidebar } from "../lib/contents.mjs";
import { OUT, PAGES } from "../lib/places.mjs";

export default defineConfig({
  title: "AutoCircuit",
  description: "Automatic circuit discovery in transformers, for TypeScript",
  lang: "en-GB",
  // The site may lie in a folder of a server: DOCS_BASE=/autocircuit/.
  base: process.env.DOCS_BASE ?? "/",
  srcDir: PAGES,
  outDir: OUT,
  cacheDir: ".cache/vitepress",
  cleanUrls: false,
  lastUpdated: false,
  markdown: { theme: { light: "github-light-high-contrast", dark: "github-dark-high-contrast" } },
  themeConfig: {
    search: {
      provider: "local",
      // Every member of the API would make the index several times as large; its names are in the list of its pages.
      options: { _render: (source, env, md) => (env.relativePath.startsWith("api/") ? "" : md.render(source, env)) },
    },
    nav: [
      { text: "Start", link: "/start" },
      { text: "Ideas", link: "/ideas" },
      { text: "Methods", link: "/methods" },
      { text: "API", link: "/api/" },
    ],
    sidebar: { "/api/": apiSidebar(), "/": sidebar() },
    outline: [2, 3],
    footer: { message: "MIT licence" },
  },
});
