import { defaultCircuitSizes } from "@autocircuit/core";
import { measureCurve, measurements } from "@autocircuit/metrics";
import type { Curve } from "@autocircuit/report";
import { Progress } from "../support/progress.ts";
import type { ReportParts } from "./report-parts.ts";

/** The faithfulness of circuits of growing size, and what was left out of it. */
export async function faithfulnessCurve({
  task,
  settings,
  found,
  meter,
  time,
  result,
}: ReportParts): Promise<{ curve?: Curve; note?: string }> {
  if (settings.curve === "none") return {};
  const { graph } = task.model;
  const { scores, circuit } = found;
  const official = result.official?.edges.length;
  const sizes = defaultCircuitSizes(graph, scores, official);
  const always = [official, settings.prune ? undefined : circuit.size].filter((size) => size !== undefined);
  using progress = new Progress("curve");
  const { points, ofSizes, prompts, ofPrompts } = await measureCurve(meter, {
    ...{ scores, sizes, ablation: settings.ablation, ...time.share(1) },
    ...(sizes.length > 0 && { always }),
    onProgress: ({ done, total }) => progress.update(done, total),
  });
  // Where all edges have one score there is no circuit between none and all.
  if (points.length === 0) return {};
  const note =
    prompts < ofPrompts
      ? `The curve has ${points.length} of ${ofSizes} sizes, measured on the first ${prompts} of ${ofPrompts} prompts, ${time.reason}`
      : undefined;
  return {
    curve: {
      metric: result.faithfulness.metric,
      unit: measurements[meter.numbers ? "mean-squared-error" : "kl-clean"].unit,
      points: points.map(({ edges, faithfulness }) => ({ edges, value: faithfulness, series: result.algorithm })),
      edgeScale: graph.edgeCount > 200 ? "log" : "linear",
    },
    ...(note && { note }),
  };
}
