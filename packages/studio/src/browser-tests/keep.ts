import { mkdtempSync, readFileSync, rmSync } from "node:fs";
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
  });
