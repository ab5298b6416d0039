import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, describe, expect, it } from "vitest";
import { encodeState } from "../page/state/address.ts";
import { attributionGraph } from "./attribution-file.ts";
import { edgeCounts, freshNumbers, measure, openStudio, settled } from "./browser.ts";
import { places } from "./places.ts";
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
      await page.selectOption("#scores", { label: "known circuit" });
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

    it("draws a group as one node, in the page, after a reload, in the drawing and in the HTML file", async () => {
      await using opened = await openStudio(its().browser, its().address);
      const { page, faults } = opened;
      await page.selectOption("#scores", "");
      await page.click("#tab-edges");
      for (const name of ["A0.0", "A3.0"]) {
        await page.selectOption("#node", { label: name });
        await page.click('button:text-is("Pin")');
      }
      await page.click("#tab-keep");
      await page.fill("#group-name", "two heads");
      await page.keyboard.press("Enter");
      await page.click('button:text-is("Fold")');
      const nodes = async (own: Page) => {
        await own.click("#tab-edges");
        return own.locator("#node option").allTextContents();
      };
      const whole = its().task.model.graph;
      const check = async (own: Page) => {
        const names = await nodes(own);
        expect(names).toContain("two heads");
        for (const name of ["A0.0", "A3.0"]) expect(names).not.toContain(name);
        await own.selectOption("#node", { label: "two heads" });
        expect(await own.textContent(".edges .hint")).toBe("A0.0, A3.0");
      };
      await check(page);
      // What leaves the group is what leaves its nodes.
      await page.click("#ablate-node");
      const out = [...whole.edges()].filter(({ src }) => ["A0.0", "A3.0"].includes(src.name)).length;
      await page.click("#tab-run");
      expect(await edgeCounts(page)).toEqual(["77", "77", String(77 - out)]);
      await page.click("#tab-keep");
      const svg = readFileSync(await saved(page, "#export-svg"), "utf8");
      expect(svg).toContain("<title>two heads: A0.0, A3.0</title>");
      expect(svg.match(/<path/g)!.length).toBeLessThan(77);
      await using mailed = await openStudio(its().browser, `file://${await saved(page, "#export-html")}`);
      await check(mailed.page);
      await using again = await openStudio(its().browser, await settled(page));
      await check(again.page);
      // The keyboard unfolds and folds it; a step back too.
      await again.page.focus("#graph");
      await again.page.keyboard.press("o");
      expect(await nodes(again.page)).not.toContain("two heads");
      expect(await again.page.locator("#node option:checked").textContent()).toBe("A0.0");
      await again.page.keyboard.press("o");
      await check(again.page);
      await again.page.click("#undo");
      await again.page.waitForFunction(() => !document.querySelector("#node")?.textContent?.includes("two heads"));
      expect(faults).toEqual([]);
    });

    it("ablates all edges of a line that stands for several", async () => {
      await using opened = await openStudio(its().browser, its().address);
      const { page } = opened;
      await page.selectOption("#scores", "");
      const groups = [{ name: "heads", nodes: ["A0.0", "A3.0"], folded: true }];
      await page
        .evaluate(() => history.state.page)
        .then(async (state) => {
          const hash = await encodeState({ ...state, groups, view: null });
          await page.evaluate((own) => {
            location.hash = own;
          }, hash);
        });
      await page.waitForTimeout(500);
      const place = await places(page, its().address, groups);
      await page.mouse.move(...place.edge("A3.0->Resid End"));
      await page.waitForSelector(".tip");
      expect(await page.textContent(".tip")).toContain("heads → Resid End2 edges, none ablated");
      await page.mouse.click(...place.edge("A3.0->Resid End"));
      expect(await edgeCounts(page)).toEqual(["77", "77", "75"]);
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
