import { type KindsOf, kind, sayOnce } from "@autocircuit/base";
import { ablationTypes, patchTypes } from "@autocircuit/core";
import type { MibCurve, MibPoint, TrainingHistory } from "@autocircuit/discovery";
import { metrics } from "@autocircuit/metrics";
import { latentCostKinds } from "../unit/latent-costs.ts";
import type { UnitMib, UnitResult, UnitSeries } from "../unit/run-unit.ts";
import type { UnitError } from "./unit-error.ts";
import type { UnitMachine, UnitTimes } from "./unit-times.ts";

// The forms of what lies in a folder of results, or comes back through a queue. Whatever is of another form is damaged, and as if it were not
// there.

const numbers = kind.listOf(kind.numeric);
const indices = kind.listOf(kind.whole);
const seconds = kind.such("a number of seconds", (value) => kind.finite.accepts(value) && (value as number) >= 0);

const mibCurve = kind.shape("a curve", {
  points: kind.listOf(
    kind.shape("a point", {
      ...{ share: kind.numeric, asked: kind.whole, size: kind.whole, value: kind.numeric, faithfulness: kind.numeric },
    } satisfies KindsOf<MibPoint>),
  ),
  areas: kind.shape("areas", {
    linear: kind.shape("areas", { cpr: kind.numeric, cmd: kind.numeric, average: kind.numeric }),
    log: kind.shape("areas", { cpr: kind.numeric, cmd: kind.numeric, average: kind.numeric }),
  }),
} satisfies KindsOf<MibCurve>);

const mib = kind.shape("measures of the benchmark", {
  ...{ full: kind.numeric, empty: kind.numeric, signed: mibCurve, absolute: mibCurve },
  auroc: kind.orNull(kind.shape("areas", { signed: kind.numeric, absolute: kind.numeric })),
} satisfies KindsOf<UnitMib>);

const series = kind.shape("a series", {
  metric: kind.oneOf(Object.keys(metrics)),
  ablation: kind.oneOf(ablationTypes),
  patch: kind.oneOf(patchTypes),
  asked: kind.orNull(indices),
  points: kind.listOf(
    kind.shape("a point", { size: kind.whole, value: kind.numeric, deviation: kind.optional(kind.numeric) }),
  ),
} satisfies KindsOf<UnitSeries>);

/** {@link UnitResult}. */
export const resultForm = kind.shape("a unit's result", {
  subject: kind.shape("a graph with prompts", {
    ...{ graph: kind.record, edgeCount: kind.count, knownEdges: kind.orNull(indices), dtype: kind.text },
    ...{ train: indices, test: indices, outputs: numbers },
  } satisfies KindsOf<UnitResult["subject"]>),
  series: kind.listOf(series),
  truth: kind.orNull(kind.shape("areas", { auroc: kind.numeric, averagePrecision: kind.numeric })),
  mib: kind.orNull(kind.either(mib, kind.shape("why there are none", { none: kind.text }))),
  ...latentCostKinds,
  history: kind.orNull(
    kind.shape("a history", {
      ...{ loss: numbers, target: numbers, size: numbers, validation: kind.optional(kind.listOf(kind.record)) },
    } satisfies KindsOf<TrainingHistory>),
  ),
  scores: kind.such("base64", (value) => typeof value === "string" && /^[A-Za-z0-9+/]+={0,2}$/.test(value)),
} satisfies KindsOf<UnitResult>);

/** {@link UnitTimes}. */
export const timesForm = kind.shape("a unit's times", {
  ...{ discover: seconds, measure: seconds, load: seconds, seconds, peakMemoryBytes: kind.whole, finished: kind.text },
  machine: kind.shape("a machine", {
    ...{ host: kind.text, cpu: kind.text, cores: kind.count, memoryBytes: kind.whole, threads: kind.count },
    ...{ runner: kind.text, versions: kind.record },
  } satisfies KindsOf<UnitMachine>),
} satisfies KindsOf<UnitTimes>);

/** {@link UnitError}. */
export const errorForm = kind.shape("why a unit failed", {
  ...{ kind: kind.text, message: kind.text, attempts: kind.count, host: kind.text, failed: kind.text },
} satisfies KindsOf<UnitError>);

/** What a text of JSON holds, if that is of a form. */
export function ofForm<T>(text: string, form: kind.Kind): T | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return form.accepts(json) ? (json as T) : undefined;
  } catch {
    return undefined;
  }
}

/** Says once that a file is damaged. */
export function sayDamaged(path: string): void {
  sayOnce(`${path} is damaged, and counts as none.`);
}
