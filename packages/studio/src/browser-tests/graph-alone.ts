import { describe, expect, it } from "vitest";
import { startGraphViewer } from "../server/start-graph-viewer.ts";
import { attributionGraph } from "./attribution-file.ts";
import { seriousFaults } from "./serious-faults.ts";
import type { StudioInBrowser } from "./studio-in-browser.ts";

export const graphAlone = (its: () => StudioInBrowser) =>
  describe("an attribution graph without a model", () => {
    it("is all that the page shows, light and dark, 400 pixels wide too", async () => {
      await using viewer = await startGraphViewer({ name: "graph.json", json: attributionGraph() });
      await using context = await its().browser.newContext({ viewport: { width: 400, height: 800 } });
      const page = await context.newPage();
      const faults: string[] = [];
      page.on("pageerror", (error) => faults.push(String(error)));
      page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
      await page.goto(viewer.address);
      await page.waitForSelector(".attribution-page canvas");
      expect(await page.title()).toContain("two-words");
      expect(await page.textContent("main")).toContain("6 links of 6 links");
      for (const id of ["graph", "scores", "tab-run"]) expect(await page.locator(`#${id}`).count()).toBe(0);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(400);
      // A node is chosen from its neighbour, and the links of a node are told in words.
      await page.focus("select[aria-label='Node']");
      await page.selectOption("select[aria-label='Node']", { label: "8_9_1" });
      expect(await page.textContent(".attribution-node")).toContain("from 3_17_0 3.00");
      await page.click("text=from 3_17_0 3.00");
      expect(await page.textContent(".attribution-node b")).toBe("3_17_0");
      for (const theme of ["light", "dark"]) {
        await page.waitForFunction((wanted) => document.documentElement.dataset.theme === wanted, theme);
        expect(await seriousFaults(page)).toEqual([]);
        await page.click("#theme");
      }
      expect(faults).toEqual([]);
    });
  });
