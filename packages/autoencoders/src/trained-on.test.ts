import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { temporaryFolder } from "../test/fixtures.ts";
import { tinySaeLens } from "../test/tiny-saelens.ts";
import { loadAutoencoders } from "./load-autoencoders.ts";
import { sayOtherFamily } from "./trained-on.ts";

describe("the model that autoencoders were trained on", () => {
  it("is said where files are of several models", async () => {
    const of = async (...names: (string | undefined)[]) => {
      const folder = temporaryFolder();
      for (const [block, name] of names.entries()) {
        const own = join(folder, `block-${block}`);
        mkdirSync(own);
        const metadata = {
          sae_lens_version: "6.54.12",
          hook_name: `blocks.${block}.hook_resid_post`,
          model_name: name,
        };
        await tinySaeLens({ metadata }, { folder: own });
      }
      const said = vi.spyOn(process.stderr, "write").mockReturnValue(true);
      using _ = await loadAutoencoders(folder);
      const lines = said.mock.calls.map(([line]) => String(line));
      said.mockRestore();
      return lines;
    };
    expect(await of("gpt2", "pythia-160m", "gpt2")).toEqual([
      expect.stringMatching(
        /trained on several models, gpt2 \(block-0\) and pythia-160m \(block-1\)\. .*take those of one\./,
      ),
    ]);
    expect(await of("gpt2-small", "openai-community/GPT2", undefined)).toEqual([]);
  });

  it("is said where they are of another family than the model", async () => {
    const folder = temporaryFolder();
    const models = ["gpt2", "gpt_neox", "llama", "unheard_of"].map((type) => {
      const own = join(folder, type);
      mkdirSync(own);
      writeFileSync(join(own, "config.json"), JSON.stringify({ model_type: type }));
      return own;
    });
    const of = (modelName: string | undefined, model: string) => {
      const said = vi.spyOn(process.stderr, "write").mockReturnValue(true);
      sayOtherFamily({ path: `saes of ${modelName}`, autoencoders: [{ path: "saes", modelName }] }, model);
      const lines = said.mock.calls.map(([line]) => String(line));
      said.mockRestore();
      return lines.join("");
    };
    const [gpt2, pythia, llama, unknown] = models as [string, string, string, string];
    expect(of("pythia-160m-deduped", gpt2)).toMatch(
      /saes of pythia-160m-deduped: by their files these autoencoders were trained on pythia-160m-deduped, but .*gpt2 is a model of the family gpt2/,
    );
    expect(of("gpt2-small", pythia)).toMatch(/family gpt_neox/);
    expect(of("Meta-Llama-3-8B", pythia)).toMatch(/trained on Meta-Llama/);
    for (const [name, model] of [
      ["gpt2-small", gpt2],
      ["EleutherAI/pythia-70m", pythia],
      ["DeepSeek-R1-Distill-Llama-8B", llama],
      ["tiny", gpt2],
      [undefined, gpt2],
      ["pythia-160m", unknown],
      ["pythia-160m", join(folder, "not-there")],
    ] as const)
      expect(of(name, model)).toBe("");
  });
});
