import { Circuit } from "@autocircuit/core";
import { cutEffects, type NodeScoresOptions, nodeScores, pruneCircuit } from "@autocircuit/discovery";
import { Ablation } from "@autocircuit/native";
import { ablationOf } from "../attribution/reference-ablation.ts";
import type { Recorder } from "../recorder.ts";
import type { EapIgCase } from "./eapig-case.ts";

/** Checks scores of nodes or of the dimensions of their outputs; the name says how they were made. */
export async function checkNodeScores(found: EapIgCase, name: string, recorder: Recorder): Promise<void> {
  const { tensors, variant, prompts, model, graph, expected } = found;
  const wanted = tensors.get(name);
  const label = name.slice(variant.length + 1);
  const [level, method, type = "patching"] = label.split("/") as [string, string, string?];
  const ablation = (await ablationOf(found, type)) ?? "resample";
  if (method.startsWith("exact")) {
    const cuts = graph.sources.map(({ index }) => cutOf(found, index));
    // The reference's first cut prunes everything; only the edges of `input` come back, of which one leads to the output.
    const left = graph.index("Resid Start->Resid End");
    const others = Array.from({ length: graph.edgeCount }, (_, edge) => edge).filter((edge) => edge !== left);
    const cumulative = method === "exact" ? cuts.map((cut, i) => (i === 0 ? cut : others)) : cuts;
    const effects = await cutEffects(model, prompts, { cuts: cumulative, ablation });
    // What is left of two differences of logits.
    const rounded = Math.max(...expected.baseline.clean.map(Math.abs));
    recorder.tensor(label, { shape: wanted.shape, data: effects }, wanted, { rounded });
  } else if (level.endsWith("-out") || !model.config.parallel) {
    const steps = /-(\d+)$/.exec(method)?.[1];
    const scores = await nodeScores(model, prompts, {
      algorithm: method.replace(/-\d+$/, "") as NodeScoresOptions["algorithm"],
      ...(steps !== undefined && { steps: Number(steps) }),
      ablation,
      mlpGradient: level.endsWith("-out") ? "output" : "input",
    });
    const data = level.startsWith("node") ? scores.values : scores.neurons.flatMap((row) => [...row]);
    const scaled = Array.from(data, (value) => value / prompts.promptCount);
    recorder.tensor(label, { shape: wanted.shape, data: scaled }, wanted);
  } else {
    recorder.note(
      `${label}: not checked, the reference takes gradients at an MLP's input, which parallel blocks do not have alone`,
    );
  }
  if (ablation instanceof Ablation) ablation.dispose();
}

/** All outgoing edges of a source, and what that leaves dangling. */
function cutOf({ graph }: EapIgCase, source: number): number[] {
  const rest = pruneCircuit(
    Circuit.where(graph, (edge) => graph.edge(edge).src.index !== source),
    "resample",
  );
  const kept = new Set(rest.indices);
  return Array.from({ length: graph.edgeCount }, (_, edge) => edge).filter((edge) => !kept.has(edge));
}
