import { describe, expect, it } from "vitest";
import { edgeCounts, measure, openStudio, settled } from "./browser.ts";
import type { StudioInBrowser } from "./studio-in-browser.ts";

export const connecting = (its: () => StudioInBrowser) =>
  describe("pages and their server", () => {
    it("keeps two pages apart", async () => {
      await using first = await openStudio(its().browser, its().address);
      await using second = await openStudio(its().browser, its().address);
      await Promise.all([
        first.page.selectOption("#scores", ""),
        second.page.selectOption("#scores", { label: "known circuit" }),
      ]);
      expect(await edgeCounts(first.page)).toEqual(["77", "77", "77"]);
      expect(await edgeCounts(second.page)).toEqual(["77", "2", "2"]);
    });

    it("forgets what was refused while the server was away, once it is there again", async () => {
      await using opened = await openStudio(its().browser, its().address);
      const { page } = opened;
      const away = (path: string) => page.route(path, (route) => route.abort());
      await page.selectOption("#scores", { label: "known circuit" });
      await page.selectOption("#overlay", "");
      await edgeCounts(page);
      await away("**/api/**");
      await page.click("#evaluate");
      await page.waitForSelector("[data-connection=gone]");
      await page.waitForSelector("#data-set [role=alert]");
      await page.click("#tab-prompts");
      await page.click("#attention");
      const faults = page.locator(".tab-body [role=alert]");
      await faults.first().waitFor();
      // Scores that could not be read are read after all.
      await page.selectOption("#scores", { label: "by number" });
      await page.waitForSelector("[data-notice]");
      await page.unroute("**/api/**");
      await page.waitForSelector("[data-connection=gone]", { state: "detached" });
      await page.waitForSelector("[data-notice]", { state: "detached" });
      await faults.first().waitFor({ state: "detached" });
      await page.click("#tab-run");
      expect((await edgeCounts(page))[1]).toBe("77");
      expect(await faults.count()).toBe(0);
    });

    it("says that the server is gone, and goes on in its state with the next one", async () => {
      let studio = await its().another();
      await using opened = await openStudio(its().browser, studio.address);
      const { page } = opened;
      await page.selectOption("#scores", { label: "known circuit" });
      await page.click("#tab-edges");
      await page.click('.edge-name >> text="A3.0 → Resid End"');
      await page.click("#tab-run");
      const kl = await measure(page, "patched-kl");
      await settled(page);
      await studio.close();
      await page.click("#clear");
      await page.waitForSelector("[data-connection=gone]");
      await page.waitForSelector("#outputs.stale");
      await page.click("#undo");
      studio = await its().another(studio.port);
      await page.waitForSelector("[data-connection=locked]");
      await settled(page);
      await page.fill("#new-address", studio.address);
      await page.keyboard.press("Enter");
      await page.waitForURL((url) => url.href.startsWith(studio.address));
      expect(await edgeCounts(page)).toEqual(["77", "2", "1"]);
      expect(await measure(page, "patched-kl")).toBe(kl);
      await studio.close();
    });
  });
