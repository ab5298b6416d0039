import { describe, expect, it } from "vitest";
import { edgeCounts, openStudio } from "./browser.ts";
import type { StudioInBrowser } from "./studio-in-browser.ts";

export const discovering = (its: () => StudioInBrowser) =>
  describe("discovering in a browser", () => {
    it("finds scores, shows them, and compares them with those before", async () => {
      await using opened = await openStudio(its().browser, its().address);
      const { page, faults } = opened;
      await page.selectOption("#scores", { label: "by number" });
      await page.click("#tab-discover");
      await page.selectOption("#algorithm", "edge-attribution");
      await page.fill("#score-name", "mine");
      await page.click("#discover");
      await page.waitForSelector("#compare-last");
      expect(await page.locator("#scores option:checked").textContent()).toBe("mine");
      await page.click("#compare-last");
      expect(await page.locator("#overlay option:checked").textContent()).toBe("by number");
      expect(faults).toEqual([]);
    });

    it("stops when told to, and goes on answering", async () => {
      await using opened = await openStudio(its().browser, its().address);
      const { page } = opened;
      await page.click("#tab-discover");
      await page.selectOption("#algorithm", "subnetwork-probing");
      await page.click("form.discover summary");
      await page.getByLabel("epochs", { exact: true }).fill("100000");
      const sets = await page.locator("#scores option").count();
      await page.click("#discover");
      await page.waitForFunction(() =>
        /\d|probing/.test(document.querySelector("#discovery-state")?.textContent ?? ""),
      );
      await page.click("#cancel-discovery");
      await page.waitForSelector("#discover");
      expect(await page.textContent("#discovery-state")).toBe("cancelled");
      expect(await page.locator("#scores option").count()).toBe(sets);
      await page.click("#tab-run");
      await page.selectOption("#scores", "");
      expect(await edgeCounts(page)).toEqual(["77", "77", "77"]);
    });
  });
