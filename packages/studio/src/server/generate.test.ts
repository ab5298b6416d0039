import { tracrReverse } from "@autocircuit/circuits";
import { type AblationType, PatchableModel } from "@autocircuit/core";
import { Tensor } from "@autocircuit/native";
import { describe, expect, it } from "vitest";
import { asItIs, TestStudio } from "../../test/client.ts";
import { smallModel } from "../../test/small-model.ts";
import type { GenerateLine } from "../api/index.ts";

const row = (ids: readonly number[]) =>
  Tensor.from(BigInt64Array.from(ids, BigInt), { shape: [1, ids.length], dtype: "int64" });

async function best(logits: Tensor): Promise<number> {
  using owned = logits;
  using token = owned.reshape([-1]).argmax(0);
  return token.item();
}

describe("generation", () => {
  it.each(["resample", "zero"] as const)(
    "writes what whole prompts give, the ablation in place at each step: %s",
    async (ablation) => {
      const { model, prompts } = await smallModel();
      using _model = model;
      await using studio = await TestStudio.start({ model, prompts, title: "small" });
      const ablated = model.graph.indices(["Resid Start->Resid End", "MLP 1->Resid End"]);
      const request = { ...asItIs, ablated, ablation, prompt: { index: 3 }, count: 5 };
      const lines = await studio.lines<GenerateLine>("api/generate", request);
      expect(lines.at(-1)).toEqual({ type: "done" });
      const written = (name: "full" | "patched") =>
        lines.flatMap((line) => (line.type === "token" && line.model === name ? [Number(line.token)] : []));
      const { clean, corrupt } = prompts.prompts[3]!;
      const [full, patched]: number[][] = [[], []];
      for (let step = 0; step < 5; step++) {
        using plain = row([...clean, ...full!]);
        full!.push(await best(await model.forward(plain)));
        using here = row([...clean, ...patched!]);
        using there = row([...corrupt, ...patched!]);
        using values = await model.ablations(there, ablation);
        patched!.push(await best(await model.forward(here, { ablate: ablated, ablation: values })));
      }
      expect(written("full")).toEqual(full);
      expect(written("patched")).toEqual(patched);
      expect(patched).not.toEqual(full);
    },
  );

  it("stops at what ends a text, whatever says so, and where the context is full", async () => {
    const { model, prompts } = await smallModel();
    using _model = model;
    expect(model.endTokens).toEqual(new Set([2]));
    const lines = async (endTokens: readonly number[], count: number) => {
      const { transformer, config, seqLen, dtype } = model;
      const ending = new PatchableModel({ transformer, config, seqLen, dtype, outputSlice: "last_seq", endTokens });
      await using studio = await TestStudio.start({ model: ending, prompts, title: "small" });
      const request = { ...asItIs, ablation: "zero" as const, prompt: { index: 3 }, count };
      return (await studio.lines<GenerateLine>("api/generate", request)).flatMap((line) =>
        line.type === "token" && line.model === "full" ? [Number(line.token)] : [],
      );
    };
    const all = await lines([], 100);
    expect(all).toHaveLength(model.config.context - 6);
    const place = all.findIndex((token) => token !== all[0]);
    expect(place).toBeGreaterThan(0);
    expect(await lines([all[place]!], 100)).toEqual(all.slice(0, place + 1));
  });

  it("refuses means, graphs by token, and models that cannot go on", async () => {
    const { model, prompts } = await smallModel();
    using _model = model;
    const by = await smallModel({ byToken: true });
    using _by = by.model;
    await using task = await tracrReverse();
    const request = { ...asItIs, prompt: { index: 0 }, count: 2 };
    const said = async (subject: Parameters<typeof TestStudio.start>[0], ablation: AblationType) => {
      await using studio = await TestStudio.start(subject);
      const [line] = await studio.lines<GenerateLine>("api/generate", { ...request, ablation });
      return line?.type === "error" ? line.message : undefined;
    };
    expect(await said({ model, prompts, title: "small" }, "tokenwise-mean-clean")).toMatch(/resample or zero/);
    expect(await said({ ...by, title: "by token" }, "zero")).toMatch(/by token and has 6 positions/);
    expect(await said(task, "zero")).toMatch(/cannot continue/);
  });
});
