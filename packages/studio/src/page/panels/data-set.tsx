import { useSignal } from "@preact/signals";
import type { DataSetMeasures } from "../../api/index.ts";
import { Fault } from "../ui/fault.tsx";
import { count, figure, percent } from "../ui/numbers.ts";
import { useStudio } from "../ui/studio-context.ts";
import { Points } from "./points.tsx";

/** The measures of the whole data set, streamed in. */
export function DataSet() {
  const studio = useStudio();
  const { evaluation } = studio;
  const total = studio.session.prompts.count;
  const most = useSignal(Math.min(total, studio.session.model === null ? total : 64));
  const progress = evaluation.progress.value;
  const totals = evaluation.totals.value;
  const stale = evaluation.stale.value;
  if (total === 0) return null;
  return (
    <section class={stale ? "block stale" : "block"} aria-label="Data set" aria-busy={progress !== null} id="data-set">
      <div class="line">
        <h2>Data set</h2>
        <span class="steps">
          <label class="inline">
            <input
              class="number"
              type="number"
              min={1}
              max={total}
              value={most.value}
              aria-label="Prompts to evaluate"
              onChange={(event) => {
                most.value = Math.max(1, Math.min(total, Math.round(event.currentTarget.valueAsNumber) || total));
              }}
            />
            <span class="soft">of {count(total)}</span>
          </label>
          {progress ? (
            <button type="button" id="cancel-evaluation" onClick={() => evaluation.cancel()}>
              Cancel
            </button>
          ) : (
            <button
              type="button"
              id="evaluate"
              class="main"
              onClick={() => void evaluation.start(most.value === total ? null : most.value)}
            >
              Evaluate
            </button>
          )}
        </span>
      </div>
      <label class="inline">
        <input
          type="checkbox"
          checked={evaluation.follows.value}
          onChange={(event) => {
            evaluation.limit = most.value === total ? null : most.value;
            evaluation.follows.value = event.currentTarget.checked;
          }}
        />
        <span class="soft">evaluate anew with each change</span>
      </label>
      {progress && (
        <progress
          max={Math.max(1, progress.total)}
          value={progress.done}
          aria-label={`${progress.done} of ${progress.total} prompts`}
        />
      )}
      <Fault text={evaluation.error.value} />
      {totals && <Totals circuit={totals.circuit} patched={totals.patched} full={totals.full} />}
      {evaluation.rows.value.length > 0 && <Points rows={evaluation.rows.value} />}
    </section>
  );
}

const rows: readonly (readonly [title: string, of: (measures: DataSetMeasures) => string, key: string])[] = [
  ["faithfulness", ({ faithfulness }) => percent(faithfulness), "faithfulness"],
  ["accuracy", ({ accuracy }) => percent(accuracy), "accuracy"],
  ["logit difference", ({ logitDiff }) => figure(logitDiff), "logitDiff"],
  ["KL from full", ({ kl }) => figure(kl), "kl"],
];

function Totals(measures: { full: DataSetMeasures; circuit: DataSetMeasures; patched: DataSetMeasures }) {
  const columns = ["full", "circuit", "patched"] as const;
  return (
    <table class="measures">
      <thead>
        <tr>
          <td />
          <th scope="col">Full model</th>
          <th scope="col">Circuit</th>
          <th scope="col">Ablated</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(([title, of, key]) => (
          <tr key={title}>
            <th scope="row">{title}</th>
            {columns.map((column) => (
              <td
                key={column}
                data-total={`${column}-${key}`}
                data-value={measures[column][key as keyof DataSetMeasures]}
              >
                {of(measures[column])}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
