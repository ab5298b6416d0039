import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, describe, expect, it } from "vitest";
import { edgeCounts, freshNumbers, measure, openStudio } from "./browser.ts";
import type { StudioInBrowser } from "./studio-in-browser.ts";

export const keeping = (its: () => StudioInBrowser) =>
  describe("what is kept", () => {
    const folder = mkdtempSync(join(tmpdir(), "studio-keep-"));
    afterAll(() => rmSync(folder, { recursive: true }));

    /** Clicks what gives a file, and says where it lies. */
    async function saved(page: Page, button: string): Promise<string> {
      const [file] = await Promise.all([page.waitForEvent("download"), page.click(button)]);
      const path = join(folder, file.suggestedFilename());
      await file.saveAs(path);
      return path;
    }

    async function withAnEdgeAblated(page: Page): Promise<void> {
      await page.selectOption("#scores", { label: "true edges" });
      await page.click("#tab-edges");
      await page.click('.edge-name >> text="A3.0 → Resid End"');
      await page.click("#tab-run");
      await freshNumbers(page);
    }

    it("saves the state to a file and opens it", async () => {
      await using opened = await openStudio(its().browser, its().address);
      await withAnEdgeAblated(opened.page);
      await opened.page.click("#tab-keep");
      const file = await saved(opened.page, "#save-state");
      await using again = await openStudio(its().browser, its().address);
      await again.page.click("#tab-keep");
      await again.page.setInputFiles("#open-state", file);
      await again.page.click("#tab-run");
      await again.page.waitForFunction(
        () => document.querySelector("#ablated-count")?.textContent === "1 edge ablated",
      );
      expect(await edgeCounts(again.page)).toEqual(["77", "2", "1"]);
    });

    it("writes the circuit, a drawing, a picture", async () => {
      await using opened = await openStudio(its().browser, its().address);
      const { page } = opened;
      await withAnEdgeAblated(page);
      await page.click("#tab-keep");
      const circuit = JSON.parse(readFileSync(await saved(page, "#export-json"), "utf8"));
      expect(circuit.edges.map(({ edge }: { edge: string }) => edge)).toEqual(["Resid Start->A3.0.V"]);
      const svg = readFileSync(await saved(page, "#export-svg"), "utf8");
      expect(svg.match(/<path/g)).toHaveLength(2);
      expect(
        readFileSync(await saved(page, "#export-png"))
          .subarray(1, 4)
          .toString(),
      ).toBe("PNG");
    });

    it("writes one HTML file that shows the same without a server", async () => {
      await using opened = await openStudio(its().browser, its().address);
      await withAnEdgeAblated(opened.page);
      const kl = await measure(opened.page, "patched-kl");
      await opened.page.click("#tab-keep");
      const file = await saved(opened.page, "#export-html");
      await using mailed = await openStudio(its().browser, `file://${file}`);
      const { page, faults } = mailed;
      expect(await measure(page, "patched-kl")).toBe(kl);
      expect(await edgeCounts(page)).toEqual(["77", "2", "1"]);
      // Other edges can be looked at; what was not run is not made up.
      await page.click("#tab-edges");
      expect(await page.locator(".edge-row").count()).toBe(2);
      await page.click(".edge-name >> nth=0");
      await page.click("#tab-run");
      await page.waitForSelector("#outputs.stale [role=alert]");
      expect(faults).toEqual([]);
    });

    it("shows a graph of circuit-tracer", async () => {
      const file = join(folder, "graph.json");
      writeFileSync(file, JSON.stringify(attributionGraph()));
      await using opened = await openStudio(its().browser, its().address);
      const { page, faults } = opened;
      await page.click("#tab-keep");
      await page.setInputFiles("#open-attribution", file);
      await page.waitForSelector("dialog.attribution canvas");
      expect(await page.textContent("dialog.attribution")).toContain("6 links of 6 links");
      await page.keyboard.press("Escape");
      await page.waitForSelector("dialog.attribution", { state: "detached" });
      writeFileSync(file, JSON.stringify({ nodes: "none" }));
      await page.setInputFiles("#open-attribution", file);
      await page.waitForSelector("[aria-label='Attribution graphs'] [role=alert]");
      expect(faults.filter((fault) => !fault.includes("400"))).toEqual([]);
    });
  });

/** Two tokens, a feature above each, a logit. */
function attributionGraph() {
  const node = (node_id: string, layer: string, ctx_idx: number, feature_type: string) => ({
    ...{ node_id, feature: 1, layer, ctx_idx, feature_type, token_prob: 0, is_target_logit: false, run_idx: 0 },
    ...{ reverse_ctx_idx: 0, jsNodeId: `${node_id}-0`, clerp: "", influence: null, activation: null },
  });
  const link = (source: string, target: string, weight: number) => ({ source, target, weight });
  return {
    metadata: { slug: "two-words", scan: "a-model", prompt_tokens: ["two", " words"], prompt: "two words" },
    qParams: { pinnedIds: [], supernodes: [], linkType: "both", clickedId: "", sg_pos: "" },
    nodes: [
      ...[0, 1].map((at) => node(`E_5_${at}`, "E", at, "embedding")),
      ...[0, 1].map((at) => node(`3_17_${at}`, "3", at, "cross layer transcoder")),
      node("8_9_1", "8", 1, "logit"),
    ],
    links: [
      link("E_5_0", "3_17_0", 2),
      link("E_5_1", "3_17_1", -1),
      link("3_17_0", "8_9_1", 3),
      link("3_17_1", "8_9_1", 0.5),
      link("E_5_0", "8_9_1", 0.1),
      link("E_5_1", "8_9_1", 0.2),
    ],
  };
}
