import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import type { CompletenessPoint } from "./completeness-point.ts";
import { completenessSpec } from "./curve/completeness-spec.ts";
import { renderSpec } from "./plots/render-spec.ts";

/** How completeness is drawn. */
export interface CompletenessSvgOptions {
  /** Width and height of a panel in pixels. Default 260. */
  readonly panel?: number | undefined;
  /** Name for people who cannot see the picture. */
  readonly title?: string | undefined;
}

const point = kind.such("{ task, algorithm, size, knockouts, kl, knockoutKl }", (value) => {
  if (!kind.record.accepts(value)) return false;
  const { task, algorithm, ...numbers } = value as Record<string, unknown>;
  const { size, knockouts, kl, knockoutKl } = numbers;
  if (typeof task !== "string" || typeof algorithm !== "string") return false;
  return [size, knockouts, kl, knockoutKl].every((number) => typeof number === "number");
});
const check = signature("completenessSvg", { points: kind.listOf(point) }, {
  panel: kind.positive,
  title: kind.text,
} satisfies KindsOf<CompletenessSvgOptions>);

/**
 * Draws how complete circuits are as a standalone SVG, through Vega-Lite and without a browser: a panel a task, where circuits on the dashed
 * line differ from the full model as much with their knockouts as without, and those far above it left something out. Points that are not
 * finite are left out.
 *
 * @throws AutocircuitError `bad-input` when there is no finite point.
 * @example
 * ```ts
 * const knockouts = await trainKnockouts(task.model, task.train, { scores, size: 50 });
 * const measured = await sameUnderKnockouts(task.model, task.test, { scores, size: 50, knockouts });
 * const svg = await completenessSvg([{ task: "ioi", algorithm: "acdc", ...measured }]);
 * ```
 */
export async function completenessSvg(
  points: readonly CompletenessPoint[],
  options: CompletenessSvgOptions = {},
): Promise<string> {
  check({ points }, options);
  const finite = points.filter(({ kl, knockoutKl }) => Number.isFinite(kl) && Number.isFinite(knockoutKl));
  if (finite.length === 0) throw new AutocircuitError("bad-input", "`points` has no finite point. Give at least one.");
  const spec = completenessSpec(finite, options.panel ?? 260);
  return renderSpec(spec, options.title ?? "KL divergence under knockouts against KL divergence");
}
