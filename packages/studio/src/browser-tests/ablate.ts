import { describe, expect, it } from "vitest";
import type { PageState } from "../api/index.ts";
import { encodeState } from "../page/state/address.ts";
import { percent } from "../page/ui/numbers.ts";
import { edgeCounts, freshNumbers, measure, openStudio, settled } from "./browser.ts";
import { byLibrary } from "./by-library.ts";
import { places } from "./places.ts";
import { seriousFaults } from "./serious-faults.ts";
import { hostile, type StudioInBrowser } from "./studio-in-browser.ts";

export const ablating = (its: () => StudioInBrowser) =>
  describe("ablating in a browser", () => {
    const open = () => openStudio(its().browser, its().address);

    it("opens without a fault and says what the library says", async () => {
      await using opened = await open();
      const { page, faults } = opened;
      await page.selectOption("#scores", "");
      expect(await page.title()).toContain(its().task.name);
      expect(await edgeCounts(page)).toEqual(["77", "77", "77"]);
      const expected = await byLibrary(its().task, []);
      expect(Math.abs((await measure(page, "full-logit-diff")) - expected.fullLogitDiff)).toBeLessThan(1e-6);
      expect(await measure(page, "patched-kl")).toBe(0);
      expect(faults).toEqual([]);
    });

    it("ablates the edge that is clicked, with the library's numbers, and takes it back", async () => {
      await using opened = await open();
      const { page, faults } = opened;
      await page.selectOption("#scores", { label: "known circuit" });
      await page.selectOption("#overlay", "");
      const place = await places(page, its().address);
      const edge = "A3.0->Resid End";
      await page.waitForTimeout(300);
      await page.mouse.move(...place.edge(edge));
      await page.waitForSelector(".tip");
      expect(await page.textContent(".tip b")).toBe(edge);
      await page.mouse.click(...place.edge(edge));
      expect(await edgeCounts(page)).toEqual(["77", "2", "1"]);
      // In the whole graph the same edge alone is missing.
      await page.selectOption("#scores", "");
      expect(await edgeCounts(page)).toEqual(["77", "77", "76"]);
      const expected = await byLibrary(its().task, [edge]);
      expect(Math.abs((await measure(page, "patched-logit-diff")) - expected.logitDiff)).toBeLessThan(1e-6);
      expect(Math.abs((await measure(page, "patched-kl")) - expected.kl)).toBeLessThan(1e-6);
      expect(expected.kl).toBeGreaterThan(0.01);
      await page.click("#clear");
      expect(await measure(page, "patched-kl")).toBe(0);
      expect(faults).toEqual([]);
    });

    it("paints the edges anew for other edges, not for a click", async () => {
      await using opened = await open();
      const { page } = opened;
      await page.selectOption("#scores", { label: "known circuit" });
      const place = await places(page, its().address);
      await page.waitForTimeout(500);
      const painted = () => page.evaluate(() => performance.getEntriesByName("graph-painted").length);
      const before = await painted();
      await page.mouse.click(...place.edge("A3.0->Resid End"));
      expect(await edgeCounts(page)).toEqual(["77", "2", "1"]);
      await page.waitForTimeout(300);
      expect(await painted()).toBe(before);
      await page.selectOption("#scores", { label: "by number" });
      await page.waitForFunction((last) => performance.getEntriesByName("graph-painted").length > last, before);
    });

    it("catches edges with a lasso", async () => {
      await using opened = await open();
      const { page } = opened;
      await page.selectOption("#scores", { label: "known circuit" });
      const place = await places(page, its().address);
      const [x, y] = place.edge("A3.0->Resid End");
      await page.waitForTimeout(300);
      await page.keyboard.down("Shift");
      await page.mouse.move(x - 20, y - 8);
      await page.mouse.down();
      for (const [dx, dy] of [
        [20, -8],
        [20, 8],
        [-20, 8],
        [-20, -8],
      ] as const)
        await page.mouse.move(x + dx, y + dy, { steps: 4 });
      await page.mouse.up();
      await page.keyboard.up("Shift");
      expect(await page.textContent("#ablated-count")).toBe("1 edge ablated");
      expect(await edgeCounts(page)).toEqual(["77", "2", "1"]);
    });

    it("follows the slider and the field of the size", async () => {
      await using opened = await open();
      const { page } = opened;
      await page.selectOption("#scores", { label: "by number" });
      await page.selectOption("#overlay", "");
      expect((await edgeCounts(page))[1]).toBe("77");
      await page.focus("#size-slider");
      await page.keyboard.press("ArrowLeft");
      await page.keyboard.press("ArrowLeft");
      expect((await edgeCounts(page))[1]).toBe("75");
      await page.fill("input[aria-label='Edges in the circuit']", "10");
      await page.keyboard.press("Enter");
      expect((await edgeCounts(page))[1]).toBe("10");
      expect(await page.textContent(".graph-key")).toContain("10 in the circuit");
      await page.fill("input[aria-label='Smallest score']", "70.5");
      await page.keyboard.press("Enter");
      expect((await edgeCounts(page))[1]).toBe("7");
    });

    it("tells what a circuit has in common with another", async () => {
      await using opened = await open();
      const { page } = opened;
      await page.selectOption("#scores", { label: "by number" });
      await page.fill("input[aria-label='Edges in the circuit']", "5");
      await page.keyboard.press("Enter");
      await page.selectOption("#overlay", { label: "known circuit" });
      const { graph } = its().task.model;
      const both = graph.index("A3.0->Resid End") >= graph.edgeCount - 5 ? 1 : 0;
      const key = await page.textContent(".graph-key");
      for (const part of [`${2 - both} missed`, `${5 - both} extra`]) expect(key).toContain(part);
    });

    it("takes steps back and forth, and opens again from its address", async () => {
      await using opened = await open();
      const { page } = opened;
      await page.selectOption("#scores", "");
      await page.click("#tab-edges");
      const button = (edge: string) => page.click(`.edge-name >> text="${edge.replace("->", " → ")}"`);
      await page.selectOption("#node", { label: "Resid End" });
      await button("A3.0->Resid End");
      await button("MLP 3->Resid End");
      const ablated = async () => {
        await page.click("#tab-run");
        await freshNumbers(page);
        return page.textContent("#ablated-count");
      };
      expect(await ablated()).toBe("2 edges ablated");
      await page.click("#undo");
      await page.waitForFunction(() => document.querySelector("#ablated-count")?.textContent === "1 edge ablated");
      await page.click("#undo");
      await page.waitForFunction(() => document.querySelector("#ablated-count")?.textContent === "Nothing ablated");
      await page.click("#redo");
      await page.waitForFunction(() => document.querySelector("#ablated-count")?.textContent === "1 edge ablated");
      const kl = await measure(page, "patched-kl");
      const address = await settled(page);
      await using again = await openStudio(its().browser, address);
      expect(await again.page.textContent("#ablated-count")).toBe("1 edge ablated");
      expect(await measure(again.page, "patched-kl")).toBe(kl);
      expect(await again.page.inputValue("#scores")).toBe("");
      // And where a person puts it into the address of a page that is open.
      await using third = await open();
      await third.page.evaluate((hash) => {
        location.hash = hash;
      }, new URL(address).hash);
      await third.page.waitForFunction(
        () => document.querySelector("#ablated-count")?.textContent === "1 edge ablated",
      );
    });

    it("says what an address put into an open page names that is not there", async () => {
      await using opened = await open();
      const { page, faults } = opened;
      await page.selectOption("#scores", "");
      await settled(page);
      const state: PageState = await page.evaluate(() => history.state.page);
      const put = async (state: PageState) => {
        const hash = await encodeState(state);
        await page.evaluate((hash) => {
          location.hash = hash;
        }, hash);
      };
      await put({ ...state, ablated: [3, 1000], overlay: "none-such", prompt: 1_000_000 });
      await page.waitForSelector("[data-notice]");
      const notice = await page.textContent("[data-notice]");
      for (const part of ["1 edge", '"none-such"', "prompt 1000001"]) expect(notice).toContain(part);
      await page.waitForFunction(() => document.querySelector("#ablated-count")?.textContent === "1 edge ablated");
      // One that lacks nothing has nothing to say, and nonsense changes nothing.
      await put({ ...state, ablated: [3, 4] });
      await page.waitForSelector("[data-notice]", { state: "detached" });
      await page.evaluate(() => {
        location.hash = "s1.AAAA";
      });
      await page.waitForSelector("[data-notice]");
      expect(await page.textContent("[data-notice]")).toContain("could not be read");
      expect(await page.textContent("#ablated-count")).toBe("2 edges ablated");
      expect(faults).toEqual([]);
    });

    it("shows names as text, whatever they are", async () => {
      await using opened = await open();
      const { page, faults } = opened;
      await page.selectOption("#scores", { label: hostile });
      await page.click("#tab-discover");
      expect(await page.locator(".score-sets b").allTextContents()).toContain(hostile);
      expect(await page.locator("img").count()).toBe(0);
      expect(await page.title()).not.toBe("taken");
      expect(faults).toEqual([]);
    });

    it("opens at the start where the address holds nonsense, and says so", async () => {
      await using opened = await openStudio(its().browser, `${its().address}#s1.AAAA`);
      expect(await opened.page.textContent("[data-notice]")).toContain("could not be read");
      expect(await opened.page.textContent("#ablated-count")).toBe("Nothing ablated");
    });

    it("evaluates the data set and shows a point a prompt", async () => {
      await using opened = await open();
      const { page } = opened;
      await page.selectOption("#scores", { label: "known circuit" });
      await page.click("#evaluate");
      await page.waitForSelector("[data-total='circuit-faithfulness']");
      const faithfulness = Number(await page.getAttribute("[data-total='circuit-faithfulness']", "data-value"));
      expect(Math.abs(faithfulness - 1)).toBeLessThan(1e-6);
      expect(await page.locator(".points circle").count()).toBe(its().task.test.promptCount);
      // Other edges: what is shown is of the choice before, and greyed.
      await page.selectOption("#scores", "");
      await page.waitForSelector("#data-set.stale");
      // They stay so while others are being made that never come.
      await page.route("**/api/evaluate", () => {});
      await page.click("#evaluate");
      await page.waitForSelector("#cancel-evaluation");
      expect(await page.locator("#data-set.stale [data-total='circuit-faithfulness']").count()).toBe(1);
      await page.click("#cancel-evaluation");
      await page.waitForSelector("#evaluate");
      expect(await page.locator("#data-set.stale").count()).toBe(1);
    });

    it("shows where a head looks, for as long as it is of what is chosen", async () => {
      await using opened = await open();
      const { page, faults } = opened;
      await page.click("#tab-prompts");
      await page.selectOption("select[aria-label='Head']", { label: "A3.0" });
      await page.click("#attention");
      await page.waitForSelector(".patterns rect");
      const hook = "blocks.3.attn.hook_pattern";
      const { model, test } = its().task;
      using seen = await model.activations(test.batches[0]!.clean, [hook]);
      const rows = (await seen.of(hook).select(0, 0).select(0, 0).toArray()) as number[][];
      const drawn = await page.locator(".patterns figure").first().locator("rect").count();
      expect(drawn).toBe(rows.flat().filter((weight) => weight >= 0.005).length);
      expect(await page.textContent(".patterns figcaption")).toContain("A3.0, full model");
      // The tokens stand at both axes; the cells' values are said where the pointer or the keyboard goes.
      const labels = (axis: string) => page.locator(`.patterns figure >> nth=0 >> ${axis} >> text`).allTextContents();
      const tokens = test.batches[0]!.prompts[0]!.clean.map(String);
      expect(await labels(".queries")).toEqual(tokens);
      expect(await labels(".keys-axis")).toEqual(tokens);
      const said = () => page.textContent(".cell-value");
      const value = (query: number, key: number) =>
        new RegExp(`\\[${query}\\] → .* \\[${key}\\]: full ${percent(rows[query]![key]!)}, ablated `);
      await page.focus(".patterns figure:first-child .pattern");
      await page.keyboard.press("Home");
      expect(await said()).toMatch(value(5, 0));
      for (const key of ["ArrowUp", "ArrowUp", "ArrowRight", "ArrowRight", "ArrowLeft"]) await page.keyboard.press(key);
      expect(await said()).toMatch(value(3, 1));
      expect(await page.locator(".pattern .cursor").count()).toBe(2);
      const box = (await page.locator(".patterns .rim").first().boundingBox())!;
      const at = (position: number) => ((position + 0.5) / rows.length) * box.width;
      await page.mouse.move(box.x + at(2), box.y + at(4));
      expect(await said()).toMatch(value(4, 2));
      expect(await seriousFaults(page)).toEqual([]);
      await page.selectOption("select[aria-label='Head']", { label: "A0.0" });
      await page.waitForSelector(".patterns", { state: "detached" });
      expect(faults).toEqual([]);
    });

    it("keeps the last threshold where what is typed is none", async () => {
      await using opened = await open();
      const { page } = opened;
      await page.selectOption("#scores", { label: "by number" });
      const field = page.locator("input[aria-label='Smallest score']");
      const before = await field.inputValue();
      for (const wrong of ["abc", "-1", ""]) {
        await field.fill(wrong);
        await page.keyboard.press("Enter");
        await page.keyboard.press("Tab");
        expect(await field.inputValue()).toBe(before);
      }
    });
  });
