import { useComputed, useSignal } from "@preact/signals";
import type { PromptMeasures } from "../../api/index.ts";
import { counted, figure, percent } from "../ui/numbers.ts";
import { useStudio } from "../ui/studio-context.ts";
import { visible } from "../ui/tokens.tsx";
import { VirtualList } from "../ui/virtual-list.tsx";
import { AttentionView } from "./attention-view.tsx";
import { Generate } from "./generate.tsx";
import { PromptEditor } from "./prompt-editor.tsx";

type Order = "number" | "worst" | "kl" | "fell";

const orders: Readonly<Record<Order, { title: string; by: (row: PromptMeasures) => number }>> = {
  number: { title: "as in the data set", by: ({ index }) => index },
  worst: { title: "lowest logit difference first", by: ({ patched }) => patched.logitDiff ?? Number.POSITIVE_INFINITY },
  kl: { title: "largest KL first", by: ({ patched }) => -(patched.kl ?? 0) },
  fell: { title: "fell most first", by: ({ full, patched }) => (patched.logitDiff ?? 0) - (full.logitDiff ?? 0) },
};

/** The data set's prompts with their measures, the user's own text, what the model goes on with, and where heads look. */
export function PromptsPanel() {
  const studio = useStudio();
  const order = useSignal<Order>("number");
  const rows = studio.evaluation.rows.value;
  const measured = useComputed(() => new Map(studio.evaluation.rows.value.map((row) => [row.index, row])));
  const sorted = useComputed(() => {
    const { by } = orders[order.value];
    if (order.value === "number") return null;
    return [...studio.evaluation.rows.value].sort((a, b) => by(a) - by(b) || a.index - b.index);
  });
  const total = studio.session.prompts.count;
  const stale = studio.evaluation.stale.value;
  return (
    <>
      <section class="block" aria-label="Data set">
        <div class="line">
          <h2>{counted(total, "prompt")}</h2>
          <select
            id="prompt-order"
            aria-label="Order"
            value={order.value}
            disabled={rows.length === 0}
            onChange={(event) => {
              order.value = event.currentTarget.value as Order;
            }}
          >
            {Object.entries(orders).map(([key, { title }]) => (
              <option key={key} value={key}>
                {title}
              </option>
            ))}
          </select>
        </div>
        {rows.length === 0 && (
          <p class="hint">
            Measures come with an evaluation.{" "}
            <button
              type="button"
              class="plain"
              disabled={studio.evaluation.running}
              onClick={() => void studio.evaluation.start(null)}
            >
              {studio.evaluation.running ? "Evaluating …" : "Evaluate all prompts"}
            </button>
          </p>
        )}
        {stale && <p class="hint">These are the measures of an earlier choice of edges.</p>}
        <div class={stale ? "prompt-list stale" : "prompt-list"}>
          <VirtualList
            count={sorted.value?.length ?? total}
            rowHeight={30}
            label="Prompts"
            row={(at) => {
              const index = sorted.value?.[at]?.index ?? at;
              return <PromptItem key={index} index={index} measures={measured.value.get(index)} />;
            }}
          />
        </div>
      </section>
      <PromptEditor />
      <Generate />
      <AttentionView />
    </>
  );
}

function PromptItem({ index, measures }: { index: number; measures: PromptMeasures | undefined }) {
  const studio = useStudio();
  const row = studio.prompts.row(index);
  const chosen = studio.state.prompt === index;
  // Without a text the tokens stand apart, lest digits become numbers.
  const text = row ? (row.text?.clean ?? row.clean.map(visible).join(" ")) : "…";
  return (
    <li class={chosen ? "prompt-item chosen" : "prompt-item"}>
      <button
        type="button"
        aria-pressed={chosen}
        title={text}
        onClick={() => studio.change({ prompt: index }, "prompt")}
      >
        <span class="soft number">{index + 1}</span>
        <span class="text">{text}</span>
        {measures && (
          <span class={(measures.patched.correct ?? 0) >= 1 ? "value right" : "value wrong"}>
            {measures.full.logitDiff === null
              ? percent(measures.patched.correct)
              : `${figure(measures.full.logitDiff)} → ${figure(measures.patched.logitDiff)}`}
          </span>
        )}
      </button>
    </li>
  );
}
