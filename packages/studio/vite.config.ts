import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** What the page puts its data in the place of; see `keep/standalone.ts`. */
const DATA_MARK = "<!--studio-data-->";

/**
 * Adds `standalone.html`: the page with its script and style in one file, and a place for its data. Its policy allows these two by their
 * hashes and nothing else, no network least of all.
 */
function standalone(): Plugin {
  return {
    name: "studio-standalone",
    enforce: "post",
    generateBundle: {
      order: "post",
      handler(_, bundle) {
        const files = Object.values(bundle);
        const entry = files.find((file) => file.type === "chunk" && file.isEntry);
        const style = files.find((file) => file.type === "asset" && file.fileName.endsWith(".css"));
        if (entry?.type !== "chunk" || style?.type !== "asset") this.error("The page has no script or no style.");
        const script = entry.code.replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--");
        const css = String(style.source);
        const policy = `default-src 'none'; script-src ${hash(script)}; style-src ${hash(css)}; img-src data: blob:`;
        this.emitFile({
          type: "asset",
          fileName: "standalone.html",
          source: [
            "<!doctype html>",
            '<html lang="en"><head><meta charset="utf-8">',
            `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            "<title>AutoCircuit studio</title>",
            `<style>${css}</style>`,
            `</head><body><div id="app"></div>${DATA_MARK}`,
            `<script type="module">${script}</script>`,
            "</body></html>",
            "",
          ].join("\n"),
        });
      },
    },
  };
}

function hash(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

export default defineConfig({
  root: at("src/page"),
  base: "./",
  build: {
    outDir: at("dist/page"),
    emptyOutDir: true,
    target: "es2023",
    // The policy of the server allows no inline script: nothing may be put into the HTML.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: { output: { codeSplitting: false } },
  },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  plugins: [standalone()],
});
