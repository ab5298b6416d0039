import { Tensor, type Transformer } from "@autocircuit/native";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AblationType, EdgeRef, PatchType } from "../src/index.ts";
import { PatchableModel, PromptLoader, runCircuits } from "../src/index.ts";
import { caseConfig, casePairs, caseTransformer, excess } from "./case-model.ts";
import { caseScores } from "./case-scores.ts";
import { absent, cases, caseTensors, readCase } from "./conformance.ts";
import { values } from "./tiny-transformer.ts";

const lower = (type: string) => type.toLowerCase().replaceAll("_", "-") as AblationType;

describe.skipIf(absent)("patching equals the conformance cases (skipped where they are absent)", () => {
  describe.each(cases.map((name) => [name]))("%s", (name) => {
    const expected = readCase(name, "expected.json").variants;
    let transformer: Transformer;
    let prompts: PromptLoader;
    let tensors: Awaited<ReturnType<typeof caseTensors>>;
    beforeAll(async () => {
      transformer = await caseTransformer(name);
      tensors = await caseTensors(name, "expected.safetensors");
      prompts = new PromptLoader(casePairs(name), { batchSize: 4 });
    });
    afterAll(() => {
      prompts[Symbol.dispose]();
      transformer.dispose();
    });

    describe.each(Object.keys(expected).map((variant) => [variant]))("%s", (variant) => {
      const facts = expected[variant];
      let model: PatchableModel;
      const tensor = (key: string) => tensors.get(`${variant}/${key}`)!.values;
      beforeAll(() => {
        model = new PatchableModel({
          transformer,
          config: caseConfig(name),
          factorized: facts.factorized,
          separateQkv: facts.separate_qkv,
          byToken: facts.seq_len !== null,
          seqLen: facts.seq_len,
          outputSlice: facts.slice_output,
        });
      });
      const first = () => prompts.batches[0]!;
      const made = (type: AblationType) =>
        model.ablations(type.startsWith("tokenwise") ? prompts : first().corrupt, type);

      it("logits", async () => {
        for (const side of ["clean", "corrupt"] as const) {
          const logits = await values(await model.forward(first().tokens(side), { sliced: false }));
          expect(excess(logits, tensor(`logits/${side}`))).toBeLessThanOrEqual(0);
        }
      });

      const types = (facts.index as string[]).filter((key) => key.startsWith(`${variant}/src_ablations/`));
      it.each(types.map((key) => [key.split("/").at(-1)!]))("ablation %s", async (type) => {
        using found = await made(lower(type));
        const shape = tensors.get(`${variant}/src_ablations/${type}`)!.shape;
        const full = await values(found.sources.expand(shape));
        expect(excess(full, tensor(`src_ablations/${type}`))).toBeLessThanOrEqual(0);
      });

      it("sets of ablated edges", async () => {
        for (const [index, { edges }] of (facts.patched as { edges: [string, number | null][] }[]).entries()) {
          for (const type of ["RESAMPLE", "ZERO", "TOKENWISE_MEAN_CORRUPT"]) {
            using ablation = await made(lower(type));
            const logits = await model.forward(first().clean, {
              ablate: edges as EdgeRef[],
              ablation,
              sliced: false,
            });
            expect(excess(await values(logits), tensor(`patched/${index}/${type}`))).toBeLessThanOrEqual(0);
          }
        }
      });

      it("fractional masks", async () => {
        const mask = new Float32Array(model.graph.edgeCount);
        for (const { module, offset } of model.graph.groups) mask.set(tensor(`fractional/mask/${module}`), offset);
        using ablation = await made("resample");
        const logits = await model.forward(first().clean, { ablate: mask, ablation, sliced: false });
        expect(excess(await values(logits), tensor("fractional/logits"))).toBeLessThanOrEqual(0);
      });

      const runs = Object.keys(facts.run_circuits ?? {});
      it.each(runs.map((key) => [key]))("circuit runs %s", async (key) => {
        const [patch, type] = key.split("/") as [string, string];
        const scores = await caseScores(name, model.graph, `${variant}/mask_gradient/logit/avg_diff/mask0`);
        const wanted = [...tensors.keys()].filter((stored) => stored.startsWith(`${variant}/run_circuits/${key}/`));
        const sizes = wanted.map((stored) => Number(stored.split("/").at(-1)));
        using made = await runCircuits(model, prompts, {
          scores,
          sizes,
          patch: patch === "TREE_PATCH" ? "tree" : ("edge" satisfies PatchType),
          ablation: lower(type),
        });
        expect(made.map((run) => run.size)).toEqual([...sizes].sort((a, b) => a - b));
        for (const { size, logits } of made) {
          const all = await values(Tensor.stack(logits));
          expect(excess(all, tensor(`run_circuits/${key}/${size}`))).toBeLessThanOrEqual(0);
        }
      });
    });
  });
});
