import { join } from "node:path";
import { setThreads } from "@autocircuit/native";
import { describe, expect, it } from "vitest";
import { autoencoderFolder } from "../../test/autoencoder-folder.ts";
import { tinyGpt2 } from "../../test/tiny-gpt2.ts";
import { tasks } from "../tasks/registry.ts";
import { ownTask } from "./own-task.ts";

await setThreads(1);

const names = ["ioi-autoencoder", "greaterthan-autoencoder", "animal-diet-autoencoder", "capital-cities-autoencoder"];

describe("tasks of autoencoders", () => {
  it.each(names)("%s runs on any model and any autoencoders of its MLPs", async (name) => {
    using model = await tinyGpt2({ layers: 2 });
    using made = await autoencoderFolder({ layers: 2, width: 12 });
    await expect(tasks[name]!.load({ model: model.folder })).rejects.toThrow(
      /are not part of this package\. They are.*`autoencoders: FOLDER`/s,
    );
    await using task = await tasks[name]!.load({ model: model.folder, autoencoders: made.folder });
    const { latents, latentErrors, seqLen } = task.model.graph.config;
    expect(task.key).toMatch(/Autoencoder Component Circuit$/);
    expect([task.knownEdges, latentErrors, seqLen !== null]).toEqual([
      null,
      false,
      name === "capital-cities-autoencoder",
    ]);
    for (const count of latents!) expect(count).toBeGreaterThan(0);
    expect(Math.max(...latents!)).toBeLessThanOrEqual(10);
    using logits = await task.model.forward(task.test.batches[0]!.clean);
    expect(await logits.abs().max().item()).toBeGreaterThan(0);
  });

  it("are refused where autoencoders and model have no room, before a weight is read", async () => {
    using model = await tinyGpt2({ layers: 2 });
    using made = await autoencoderFolder({ layers: 2, width: 12 });
    const asked = { model: model.folder, autoencoders: made.folder };
    const names = {
      prompts: [0, 1, 2, 3].map((i) => ({ clean: [i, 5], corrupt: [i, 6], answers: [7], wrong_answers: [8] })),
    };
    const own = (free: number) => ownTask(model.folder, names, { autoencoders: made.folder, free });
    for (const load of [(free: number) => tasks["ioi-component"]!.load({ ...asked, free }), own]) {
      await expect(load(1000)).rejects.toMatchObject({ code: "out-of-memory" });
      await expect(load(1000)).rejects.toThrow(
        /autoencoders .* \(20 latents\), but only 1000 B are free\. Take narrower/,
      );
      await using task = await load(Number.POSITIVE_INFINITY);
      expect(task.model.graph.config.latents).toHaveLength(2);
    }
  });

  it("keep all latents and the errors where that is asked for, and then compute what the model does", async () => {
    using model = await tinyGpt2({ layers: 2 });
    using made = await autoencoderFolder({ layers: 2, width: 48, hook: "mlp.hook_post" });
    const options = { model: model.folder, autoencoders: made.folder };
    await using task = await tasks["ioi-component"]!.load(options);
    await using plain = await tasks["ioi-component"]!.load({ model: model.folder });
    expect(task.model.graph.config).toMatchObject({ latents: [10, 10], latentErrors: true });
    using found = await task.model.forward(task.test.batches[0]!.clean);
    using expected = await plain.model.forward(plain.test.batches[0]!.clean);
    expect(await found.sub(expected).abs().max().item()).toBeLessThan(1e-4);
    await expect(tasks["ioi-autoencoder"]!.load(options)).rejects.toThrow(/to read mlp_out.*those given read mlp_post/);
  });

  const places = [
    ["hook_attn_out", { attentionLatents: [10, 10] }],
    ["attn.hook_z", { attentionLatents: [10, 10] }],
    ["hook_resid_post", { streamLatents: [10, 10] }],
  ] as const;

  it.each(places)("take those of other places (%s), and compute what the model does", async (hook, counts) => {
    using model = await tinyGpt2({ layers: 2 });
    using made = await autoencoderFolder({ layers: 2, width: 12, hook });
    await using task = await tasks["ioi-component"]!.load({ model: model.folder, autoencoders: made.folder });
    await using plain = await tasks["ioi-component"]!.load({ model: model.folder });
    expect(task.model.graph.config).toMatchObject({ latents: [0, 0], ...counts });
    using found = await task.model.forward(task.test.batches[0]!.clean);
    using expected = await plain.model.forward(plain.test.batches[0]!.clean);
    expect(await found.sub(expected).abs().max().item()).toBeLessThan(1e-4);
  });

  it("take those of some blocks, and prune as they are told", async () => {
    using model = await tinyGpt2({ layers: 2 });
    using short = await autoencoderFolder({ layers: 1, width: 12 });
    using made = await autoencoderFolder({ layers: 2, width: 12, latents: 40 });
    const latentsOf = async (name: string, options: object) => {
      await using task = await tasks[name]!.load({ model: model.folder, ...options });
      return task.model.graph.config.latents!;
    };
    const partial = { autoencoders: short.folder, partialAutoencoders: true };
    expect(await latentsOf("ioi-component", partial)).toEqual([10, 0]);
    expect(await latentsOf("ioi-autoencoder", partial)).toEqual([expect.any(Number), 0]);
    const autoencoders = [0, 1].map((block) => join(made.folder, `block-${block}`));
    const pruned = { autoencoders, pruneLatents: true };
    const [clean] = await latentsOf("ioi-component", pruned);
    expect(await latentsOf("ioi-component", { ...pruned, maxLatents: 3 })).toEqual([3, 3]);
    expect(await latentsOf("ioi-autoencoder", { autoencoders, maxLatents: 3 })).toEqual([3, 3]);
    const [both] = await latentsOf("ioi-component", { ...pruned, pruneWithCorrupt: true });
    expect(clean).toBeGreaterThan(3);
    expect(both).toBeGreaterThanOrEqual(clean!);
  });

  it("keep what was kept before, by position too", async () => {
    using model = await tinyGpt2({ layers: 2 });
    using made = await autoencoderFolder({ layers: 2, width: 12, latents: 40 });
    const options = { model: model.folder, autoencoders: made.folder };
    for (const name of ["ioi-autoencoder", "capital-cities-autoencoder"]) {
      await using first = await tasks[name]!.load({ ...options, pruneLatents: true, maxLatents: 3, seed: 3 });
      const keepLatents = JSON.parse(JSON.stringify(first.model.graph.config));
      await using again = await tasks[name]!.load({ ...options, keepLatents });
      expect([again.prunedLatents, again.model.graph.equals(first.model.graph)]).toEqual([null, true]);
    }
    const refused = (more: object) =>
      expect(
        tasks["ioi-autoencoder"]!.load({ ...options, keepLatents: { keptLatents: { mlp: [[1], [50]] } }, ...more }),
      ).rejects;
    await refused({}).toThrow("the autoencoder of MLP 1 has no latent 50: its latents are 0 to 39");
    const byPosition = {
      keptLatents: {
        mlp: [
          [[1], [2]],
          [[1], [2]],
        ],
      },
    };
    await refused({ keepLatents: byPosition, sharePrefix: true }).toThrow(
      /position by position belong to whole prompts/,
    );
    await refused({ autoencoderScale: [1, 1, 1] }).toThrow(
      /`autoencoderScale` has 3 numbers, and the model has 2 blocks/,
    );
    await refused({ maxLatents: 3 }).toThrow(
      /`keepLatents` .* which latents are kept, `maxLatents` .* leave one of them/,
    );
    await refused({ autoencoders: undefined }).toThrow(/`keepLatents` is about `autoencoders`/);
  });

  it("are refused before anything is read where they cannot be", async () => {
    const nowhere = { model: "/no/model", autoencoders: "/no/autoencoders" };
    const refused = (name: string, options: object) => expect(tasks[name]!.load({ ...nowhere, ...options })).rejects;
    for (const name of ["ioi-component", "ioi-autoencoder"])
      await refused(name, { dtype: "float16" }).toThrow(/computes in float32 or float64, not in float16/);
    await refused("ioi-component", { maxLatents: 3 }).toThrow(/`maxLatents` .* how latents are pruned/);
    await refused("ioi-autoencoder", { maxLatents: 3, pruneLatents: false }).toThrow(/how latents are pruned/);
    await refused("ioi-autoencoder", { maxLatents: 3 }).toThrow(/no\/model/);
  });

  it("refuse what is of another model, and options without autoencoders", async () => {
    using model = await tinyGpt2({ layers: 2 });
    using narrow = await autoencoderFolder({ layers: 2, width: 8 });
    using short = await autoencoderFolder({ layers: 1, width: 12 });
    const load = (autoencoders?: string) =>
      tasks["ioi-component"]!.load({ model: model.folder, pruneLatents: true, ...(autoencoders && { autoencoders }) });
    await expect(load(narrow.folder)).rejects.toThrow(/width 8.*width 12/);
    await expect(load(short.folder)).rejects.toThrow(/no autoencoder of block 1/);
    await expect(load()).rejects.toThrow(/`pruneLatents` is about `autoencoders`/);
  });
});
