import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../test/fixtures.ts";
import { refusal } from "../test/refusal.ts";
import { tinySaeLens } from "../test/tiny-saelens.ts";
import { inspectAutoencoders } from "./inspect-autoencoders.ts";
import { loadAutoencoders } from "./load-autoencoders.ts";

describe("a collection of several for each block", () => {
  const made = async () => {
    const folder = temporaryFolder();
    for (const block of [0, 1]) {
      for (const [width, l0] of [
        [4, 20 + block],
        [4, 90 - block],
        [8, 20],
      ] as const) {
        const own = join(folder, `layer_${block}`, `width_${width}k`, `average_l0_${l0}`);
        mkdirSync(own, { recursive: true });
        const metadata = { sae_lens_version: "6.54.12", hook_name: `blocks.${block}.hook_resid_post` };
        await tinySaeLens({ metadata }, { folder: own });
      }
    }
    return folder;
  };
  const within = (folder: string, paths: readonly { path: string }[]) =>
    paths.map(({ path }) => path.slice(folder.length + 1));

  it("is chosen from by a pattern, or by folders", async () => {
    const folder = await made();
    const pattern = `${folder}/layer_*/width_4k/average_l0_~85`;
    const chosen = ["layer_0/width_4k/average_l0_90", "layer_1/width_4k/average_l0_89"];
    using set = await loadAutoencoders(pattern);
    expect(within(folder, set.autoencoders)).toEqual(chosen);
    using listed = await loadAutoencoders([join(folder, chosen[1]!), join(folder, "layer_0/width_8k")]);
    expect([listed.path, ...within(folder, listed.autoencoders)]).toEqual([
      folder,
      "layer_0/width_8k/average_l0_20",
      chosen[1],
    ]);
    const { autoencoders } = await inspectAutoencoders(pattern);
    expect(within(folder, autoencoders)).toEqual(chosen);
  });

  it("says what there is to choose from, and how", async () => {
    const folder = await made();
    expect(await refusal(folder)).toEqual({
      code: "bad-input",
      message:
        `${folder}: 3 autoencoders read blocks.0.hook_resid_post (and so of 1 other place): layer_0/width_4k/average_l0_20, ` +
        "layer_0/width_4k/average_l0_90, layer_0/width_8k/average_l0_20. Give one for each place: their folders one after the other, " +
        `or a pattern such as "${folder}/layer_*/width_~4k/average_l0_~20", in which * stands for anything and ~N for the number nearest to N.`,
    });
    expect((await refusal(join(folder, "layer_1/width_4k"))).message).toMatch(/width_4k\/average_l0_~21", in which/);
    const one = join(folder, "layer_0/width_8k");
    await expect(loadAutoencoders([one, one])).rejects.toThrow(/average_l0_20 is given twice/);
    await expect(loadAutoencoders([])).rejects.toThrow(/list of folders is empty/);
    await expect(loadAutoencoders([one, " "])).rejects.toThrow(/path is empty/);
    const named = [one, join(folder, "layer_0/width_4k/average_l0_20"), join(folder, "layer_1")];
    await expect(loadAutoencoders(named)).rejects.toThrow(/average_l0_20, .*\. Leave all but one of them out\.$/);
  });

  it("offers only patterns that choose one for each place", async () => {
    const hint = async (...folders: [name: string, block: number][]) => {
      const folder = temporaryFolder();
      for (const [name, block] of folders) {
        mkdirSync(join(folder, name), { recursive: true });
        const metadata = { sae_lens_version: "6.54.12", hook_name: `blocks.${block}.hook_resid_post` };
        await tinySaeLens({ metadata }, { folder: join(folder, name) });
      }
      const { message } = await refusal(folder);
      const pattern = /a pattern such as "(.*)", in which (.*)\.$/.exec(message);
      if (pattern === null) return message.endsWith("Give one for each place: their folders one after the other.");
      using set = await loadAutoencoders(pattern[1]!);
      expect(set.autoencoders.map(({ block }) => block)).toEqual(
        [...new Set(folders.map(([, block]) => block))].sort(),
      );
      return [pattern[1]!.slice(folder.length + 1), pattern[2]];
    };
    const near = "~N for the number nearest to N";
    const star = "* stands for anything";
    // Numbers of blocks beside numbers that tell others apart.
    const both = [10, 20].flatMap((l0) =>
      [0, 1].map((block) => [`layer_${block}_l0_${l0}`, block] as [string, number]),
    );
    expect(await hint(...both)).toEqual(["layer_*_l0_10", star]);
    const varied: [string, number][] = [
      ["layer_0_l0_10", 0],
      ["layer_0_l0_20", 0],
      ["layer_1_l0_11", 1],
    ];
    expect(await hint(...varied)).toBe(true);
    expect(await hint(["v1/block-0", 0], ["v1/block-1", 1], ["v2/block-1", 1])).toEqual([
      "v~1/block-*",
      `${star} and ${near}`,
    ]);
    expect(await hint(["v2", 1], ["v1", 1])).toEqual(["v~1", near.replace(" for", " stands for")]);
    // A folder whose settings say another block than its name.
    expect(await hint(["block-0", 0], ["block-1", 0], ["block-2", 2])).toBe(true);
  });
});
