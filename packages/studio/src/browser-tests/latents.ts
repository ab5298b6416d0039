import { PruneScores } from "@autocircuit/core";
import { describe, expect, it } from "vitest";
import { tinyAutoencoders } from "../../../core/test/tiny-autoencoders.ts";
import { smallModel } from "../../test/small-model.ts";
import { startStudio } from "../server/start-studio.ts";
import { edgeCounts, openStudio } from "./browser.ts";
import type { StudioInBrowser } from "./studio-in-browser.ts";

export const latents = (its: () => StudioInBrowser) =>
  describe("latents of autoencoders", () => {
    it("are drawn by themselves where they are the strongest, the others counted, and ablated one by one", async () => {
      const { model: plain, prompts } = await smallModel();
      using _plain = plain;
      using model = plain.withAutoencoders(tinyAutoencoders(plain.config, { input: "mlp_out", errors: true }));
      const { graph } = model;
      const scores = new Float32Array(graph.edgeCount);
      for (let latent = 0; latent < 7; latent++) scores[graph.index(`MLP 0 Latent ${latent}->Resid End`)] = 1 + latent;
      await using studio = await startStudio(
        { model, prompts, title: "latents" },
        { sets: [{ name: "by hand", origin: "a test", of: new PruneScores(graph, scores) }] },
      );
      await using opened = await openStudio(its().browser, studio.address);
      const { page, faults } = opened;
      const choose = async (size: number) => {
        await page.fill("input[aria-label='Edges in the circuit']", String(size));
        await page.keyboard.press("Enter");
      };
      const drawn = async () =>
        (await page.locator("#node option").allTextContents()).filter((name) => /^MLP 0 Latent \d/.test(name));
      await page.click("#tab-edges");
      await choose(7);
      expect(await drawn()).toEqual([2, 3, 4, 5, 6].map((latent) => `MLP 0 Latent ${latent}`));
      // The chosen latent stays chosen while there are fewer beside it.
      await page.selectOption("#node", { label: "MLP 0 Latent 5" });
      await choose(3);
      expect(await drawn()).toEqual([4, 5, 6].map((latent) => `MLP 0 Latent ${latent}`));
      expect(await page.locator("#node option:checked").textContent()).toBe("MLP 0 Latent 5");
      await page.click("#ablate-node");
      await page.click("#tab-run");
      const out = [...graph.edges()].filter(({ src }) => src.name === "MLP 0 Latent 5").length;
      expect(await page.textContent("#ablated-count")).toBe(`${out} edges ablated`);
      expect((await edgeCounts(page)).slice(1)).toEqual(["3", "2"]);
      // Of the whole graph none is known to be strong.
      await page.selectOption("#scores", "");
      await page.click("#tab-edges");
      expect(await drawn()).toEqual([]);
      expect(faults).toEqual([]);
    });

    it("of the residual stream and of attention too, each beside its error", async () => {
      const { model: plain, prompts } = await smallModel();
      using _plain = plain;
      const beside = [{ input: "attn_out", counts: [8, 8] }] as const;
      using model = plain.withAutoencoders(
        tinyAutoencoders(plain.config, { input: "resid_post", counts: [8, 0], errors: true, beside }),
      );
      const { graph } = model;
      const scores = new Float32Array(graph.edgeCount);
      for (let latent = 0; latent < 7; latent++) {
        scores[graph.index(`Resid Post 0 Latent ${latent}->Resid End`)] = 1 + latent;
        scores[graph.index(`Attention 1 Latent ${latent}->MLP 1`)] = 1 + latent;
      }
      await using studio = await startStudio(
        { model, prompts, title: "latents of the stream" },
        { sets: [{ name: "by hand", origin: "a test", of: new PruneScores(graph, scores) }] },
      );
      await using opened = await openStudio(its().browser, studio.address);
      const { page, faults } = opened;
      await page.click("#tab-edges");
      await page.fill("input[aria-label='Edges in the circuit']", "14");
      await page.keyboard.press("Enter");
      const drawn = async (owner: string) =>
        (await page.locator("#node option").allTextContents())
          .filter((name) => name.startsWith(`${owner} `))
          .toSorted();
      const strongest = (owner: string) => [2, 3, 4, 5, 6].map((latent) => `${owner} Latent ${latent}`);
      for (const owner of ["Resid Post 0", "Attention 1"]) {
        await expect.poll(() => drawn(owner)).toEqual([`${owner} Error`, ...strongest(owner), `${owner} Latents`]);
      }
      await page.selectOption("#node", { label: "Resid Post 0 Latent 6" });
      await page.click("#ablate-node");
      await page.click("#tab-run");
      const out = [...graph.edges()].filter(({ src }) => src.name === "Resid Post 0 Latent 6").length;
      expect(await page.textContent("#ablated-count")).toBe(`${out} edges ablated`);
      expect(faults).toEqual([]);
    });
  });
