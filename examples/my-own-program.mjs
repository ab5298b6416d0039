// I have a model and prompts of my own. Which is the smallest circuit that gets all answers right?
//
// The model is a RASP program (is this token the one before it?), compiled and written to a folder, as any checkpoint lies in one. The prompts are
// token ids. The search starts from a ranking and takes away edges until none can go.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { programPrompts } from "@autocircuit/circuits";
import { loadPrompts } from "@autocircuit/core";
import { eapIgInputs, fewestEdges } from "@autocircuit/discovery";
import { loadModel } from "@autocircuit/models";
import { aggregate, compile, indices, saveModel, select, sequenceMap, tokensOf } from "@autocircuit/tracr";

const tokens = tokensOf();
const before = aggregate(
  select(indices, indices, (key, query) => key === Math.max(0, query - 1)),
  tokens,
);
const program = sequenceMap((now, then) => (now === then ? "same" : "other"), tokens, before.named("before")).named(
  "repeats",
);
const compiled = compile(program, { vocab: ["a", "b", "c"], maxSeqLen: 4 });

const folder = mkdtempSync(join(tmpdir(), "repeats-"));
await saveModel(compiled, folder);
const model = await loadModel(folder, { outputSlice: "last_seq" });
const prompts = programPrompts(compiled, { positions: "last", count: 60 });
const { train, test } = await loadPrompts({ prompts });

const { circuit, keptCount, answers } = await fewestEdges(model, train, await eapIgInputs(model, train), { keep: 1 });
console.log(`${circuit.size} of ${model.graph.edgeCount} edges keep ${keptCount} of ${answers} right answers:`);
for (const { name } of circuit) console.log(`  ${name}`);
for (const owned of [train, test, model]) owned[Symbol.dispose]();
rmSync(folder, { recursive: true });

// Prints:
//
//   4 of 8 edges keep 30 of 30 right answers:
//     Resid Start->A0.0.V
//     Resid Start->MLP 0
//     A0.0->MLP 0
//     MLP 0->Resid End
