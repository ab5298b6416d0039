import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import type { TopLevelSpec } from "vega-lite";
import { config } from "../curve/curve-spec.ts";
import { visible } from "../escape.ts";
import { okabeIto } from "../palette.ts";
import { type PanelSize, panelKinds, panelSize } from "./panel-size.ts";
import { renderSpec } from "./render-spec.ts";
import { seriesChannels } from "./series-channels.ts";
import type { TrainingCurves } from "./training-curves.ts";

/** How training is drawn. */
export interface TrainingPlotOptions extends Partial<PanelSize> {
  /** What the outputs are compared by, such as `kl-div`. Default "Target". */
  readonly target?: string | undefined;
  /** Name for people who cannot see the picture. Default "Training". */
  readonly title?: string | undefined;
}

const numbers = kind.listOf(kind.finite);
const history = kind.such("{ loss, target, size }, each a list of finite numbers, equally long", (value) => {
  const { loss, target, size, validation } = kind.record.accepts(value) ? (value as Record<string, unknown>) : {};
  const lists = [loss, target, size];
  if (!lists.every((list) => numbers.accepts(list))) return false;
  const steps = (loss as number[]).length;
  const points = kind.listOf(kind.having("{ mean, deviation }", "mean", "deviation"));
  const validated =
    validation === undefined || (points.accepts(validation) && (validation as object[]).length === steps);
  return validated && lists.every((list) => (list as number[]).length === steps);
});
const check = signature("trainingPlotSvg", { history }, {
  width: panelKinds.width,
  height: panelKinds.height,
  target: kind.text,
  title: kind.text,
} satisfies KindsOf<TrainingPlotOptions>);

/**
 * Draws what training minimised, and what validation prompts said, against its steps, as a standalone SVG, through Vega-Lite and without a
 * browser. Around the validation's mean is a band of one standard deviation.
 *
 * @throws AutocircuitError `bad-input` without a step
 * @example
 * const { history } = await subnetworkProbing(task.model, task.train, { epochs: 100, validation: task.test });
 * const svg = await trainingPlotSvg(history, { target: "kl-div" });
 */
export async function trainingPlotSvg(history: TrainingCurves, options: TrainingPlotOptions = {}): Promise<string> {
  check({ history }, options);
  if (history.loss.length === 0) throw new AutocircuitError("bad-input", "`history` has no step.");
  const target = visible(options.target ?? "Target");
  return renderSpec(trainingSpec(history, target, panelSize({ width: 460, ...options })), options.title ?? "Training");
}

function trainingSpec(history: TrainingCurves, target: string, size: PanelSize): TopLevelSpec {
  const parts: readonly (readonly [string, readonly number[]])[] = [
    ["Loss", history.loss],
    [target, history.target],
    ["Regularization", history.size],
  ];
  const rows = parts.flatMap(([series, values]) => values.map((value, i) => ({ series, step: i + 1, value })));
  const { color, dash } = seriesChannels(
    parts.map(([series]) => series),
    "series",
  );
  const x = {
    ...{ field: "step", type: "quantitative", title: "Step", scale: { nice: false, zero: false } },
    axis: { tickMinStep: 1, format: ",d" },
  };
  const value = { field: "value", type: "quantitative", title: null, scale: { nice: true } };
  // With a single step there is no line.
  const line = { type: "line", strokeWidth: 1.6, point: history.loss.length === 1 };
  const losses = {
    ...{ ...size, data: { values: rows }, resolve: { legend: { strokeDash: "independent" } } },
    layer: [{ mark: line, encoding: { x, y: value, color, strokeDash: dash } }],
  };
  const validation = history.validation?.map(({ mean, deviation }, i) => ({
    ...{ step: i + 1, mean, low: mean - deviation, high: mean + deviation },
  }));
  const percent = (field: string) => ({ field, type: "quantitative", title: "Validation, %", scale: { zero: false } });
  const panel = validation && {
    ...{ width: size.width, height: size.height * 0.6, data: { values: validation } },
    layer: [
      {
        mark: { type: "area", opacity: 0.16, color: okabeIto.blue },
        encoding: { x, y: percent("low"), y2: { field: "high" } },
      },
      { mark: { ...line, color: okabeIto.blue }, encoding: { x, y: percent("mean") } },
    ],
  };
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    vconcat: [losses, ...(panel ? [panel] : [])],
    config: config(),
  } as TopLevelSpec;
}
