import { tasks } from "@autocircuit/circuits";
import { measuringShape } from "@autocircuit/discovery";
import { expect, it } from "vitest";
import { tinyGpt2 } from "../../../circuits/test/tiny-gpt2.ts";
import type { Context } from "../context.ts";
import { readySubject } from "./ready-subject.ts";
import type { SubjectOptions } from "./subject.ts";

const options: SubjectOptions = {
  ...{ byToken: false, seed: 0, knownCircuit: undefined, shape: () => measuringShape },
  used: {
    how: { device: "cpu", dtype: "float32", tf32: false },
    report: { device: "cpu", gpu: null, dtype: "float32", tf32: false, deviceNote: null },
    freeBytes: undefined,
  },
};
const printed: string[] = [];
const context: Context = {
  signal: new AbortController().signal,
  print: (line) => printed.push(line),
  refuse: () => expect.unreachable(),
};

it("a run on a compiled task is refused where it has no room, and not told of where it has", async () => {
  const subject = readySubject(tasks["tracr-reverse"]!, undefined);
  const held = () => ({ circuitCount: 1, sliced: true, adjustable: false, held: 2 ** 60 });
  await expect(subject.load({ ...options, shape: held }, context)).rejects.toThrow(
    /^Not enough memory: a run of .*values of ablated edges .* are free\./,
  );
  await using loaded = await subject.load(options, context);
  expect(loaded.model.graph.edgeCount).toBe(77);
  expect(printed).toEqual([]);
});

it("a model that was named is refused before its weights are read", async () => {
  using model = await tinyGpt2({ layers: 2 });
  const subject = readySubject(tasks["ioi-component"]!, model.folder);
  const used = { ...options.used, freeBytes: 1000 };
  const refused = subject.load({ ...options, used }, context);
  await expect(refused).rejects.toThrow(
    /^Not enough memory: the model takes about .* 1000 B are free\. Take a smaller model, or a machine with more memory\. To go on /,
  );
  await expect(refused).rejects.toMatchObject({ reason: "memory-foretold" });
});
