import { describe, expect, it } from "vitest";
import { edgeCounts, openStudio } from "./browser.ts";
import { seriousFaults } from "./serious-faults.ts";
import type { StudioInBrowser } from "./studio-in-browser.ts";

export const forEverybody = (its: () => StudioInBrowser) =>
  describe("a page for everybody", () => {
    for (const colorScheme of ["light", "dark"] as const) {
      it(`has no serious fault of accessibility, ${colorScheme}, in any panel`, async () => {
        await using opened = await openStudio(its().browser, its().address, { colorScheme });
        const { page } = opened;
        // What is dark differs in its colours alone.
        const rules = colorScheme === "dark" ? ["color-contrast"] : undefined;
        expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe(colorScheme);
        await page.click("#evaluate");
        await page.waitForSelector("[data-total]");
        expect(await seriousFaults(page, rules)).toEqual([]);
        for (const tab of ["edges", "prompts", "discover", "keep"]) {
          await page.click(`#tab-${tab}`);
          expect(await seriousFaults(page, rules)).toEqual([]);
        }
        await page.keyboard.press("?");
        await page.waitForSelector("dialog[open]");
        expect(await seriousFaults(page, rules)).toEqual([]);
      });
    }

    it("works 400 pixels wide: nothing is wider than the screen, and edges are ablated", async () => {
      const viewport = { width: 400, height: 800 };
      await using opened = await openStudio(its().browser, its().address, { viewport });
      const { page } = opened;
      for (const tab of ["run", "edges", "prompts", "discover", "keep"]) {
        await page.click(`#tab-${tab}`);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(400);
      }
      await page.selectOption("#scores", { label: "known circuit" });
      await page.click("#tab-edges");
      await page.click('.edge-name >> text="A3.0 → Resid End"');
      await page.click("#tab-run");
      expect(await edgeCounts(page)).toEqual(["77", "2", "1"]);
      expect(await seriousFaults(page)).toEqual([]);
    });
  });
