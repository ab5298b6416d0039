import { describe, expect, it } from "vitest";
import { edgeCounts, openStudio } from "./browser.ts";
import type { StudioInBrowser } from "./studio-in-browser.ts";

export const keyboardAlone = (its: () => StudioInBrowser) =>
  describe("the keyboard alone", () => {
    it("finds a node, ablates it, takes it back, and opens every panel", async () => {
      await using opened = await openStudio(its().browser, its().address);
      const { page, faults } = opened;
      const { keyboard } = page;
      await page.selectOption("#scores", "");
      await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
      await keyboard.press("/");
      await keyboard.type("a3.0");
      await page.waitForSelector("#find-0");
      await keyboard.press("Enter");
      expect(await page.evaluate(() => document.activeElement?.id)).toBe("graph");
      expect(await page.inputValue("#node")).toBe(
        await page.locator("#node option", { hasText: /^A3\.0$/ }).getAttribute("value"),
      );
      // Upwards is the end, which A3.0 writes to; down again, and what A3.0 writes is ablated.
      await keyboard.press("ArrowUp");
      await keyboard.press("ArrowDown");
      await keyboard.press("1");
      await keyboard.press("g");
      const chosen = await page.textContent("[aria-live=polite]");
      await keyboard.press("Enter");
      await page.waitForFunction(() => document.querySelector("#ablated-count")?.textContent !== "Nothing ablated");
      const [, circuit, patched] = await edgeCounts(page);
      expect(circuit).toBe("77");
      expect(Number(patched)).toBeLessThan(77);
      expect(chosen).not.toBe("");
      await keyboard.press("Control+z");
      await page.waitForFunction(() => document.querySelector("#ablated-count")?.textContent === "Nothing ablated");
      await keyboard.press("Control+Shift+z");
      await page.waitForFunction(() => document.querySelector("#ablated-count")?.textContent !== "Nothing ablated");
      await keyboard.press("c");
      expect(await edgeCounts(page)).toEqual(["77", "77", "77"]);
      for (const [key, tab] of ["run", "edges", "prompts", "discover", "keep"].entries()) {
        await keyboard.press(String(key + 1));
        await page.waitForFunction((id) => document.activeElement?.id === id, `tab-${tab}`);
      }
      await keyboard.press("?");
      await page.waitForSelector("dialog[open] #keys-title");
      await keyboard.press("Escape");
      await page.waitForSelector("dialog:not([open])", { state: "attached" });
      expect(faults).toEqual([]);
    });

    it("reaches every control by Tab", async () => {
      await using opened = await openStudio(its().browser, its().address);
      const { page } = opened;
      const reached = new Set<string>();
      for (let i = 0; i < 60; i++) {
        await page.keyboard.press("Tab");
        reached.add(await page.evaluate(() => document.activeElement?.id ?? ""));
      }
      const wanted = [
        "scores",
        "overlay",
        "search",
        "theme",
        "graph",
        "size-slider",
        "tab-run",
        "ablation",
        "evaluate",
      ];
      expect(wanted.filter((id) => !reached.has(id))).toEqual([]);
    });
  });
