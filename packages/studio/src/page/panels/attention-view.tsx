import { useComputed, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { AttentionAnswer, AttentionPattern } from "../../api/index.ts";
import { Fault } from "../ui/fault.tsx";
import { percent } from "../ui/numbers.ts";
import { useStudio } from "../ui/studio-context.ts";
import { visible } from "../ui/tokens.tsx";
import { useOnDemand } from "../ui/use-on-demand.ts";

/** Where a head looks, in the full model and with the ablation. */
export function AttentionView() {
  const studio = useStudio();
  const heads = useComputed(() => studio.session.graph.sources.filter(({ kind }) => kind === "head"));
  const chosen = useSignal(0);
  const of = JSON.stringify([chosen.value, studio.choice.value, studio.state.prompt]);
  const { value: answer, error, running, start } = useOnDemand<AttentionAnswer>(of);
  const selected = studio.selected.value;
  const name = selected === null ? null : studio.scene.value.nodes[selected]?.name.replace(/ \[\d+\]$/, "");
  useEffect(() => {
    const index = heads.value.findIndex((head) => head.name === name);
    if (index >= 0) chosen.value = index;
  }, [name, heads, chosen]);
  if (heads.value.length === 0) return null;
  const head = heads.value[chosen.value];
  const look = async () => {
    const choice = studio.choice.peek();
    if (!choice || !head) return;
    const request = { ...choice, prompt: studio.prompt, block: head.block, head: head.head! };
    await start(async (signal) => {
      const found = await studio.api.attention(request, signal);
      if (!signal.aborted) answer.value = found;
    });
  };
  return (
    <section class="block" aria-label="Attention" aria-busy={running.value}>
      <div class="line">
        <h2>Attention of a head</h2>
        <span class="steps">
          <select
            aria-label="Head"
            value={chosen.value}
            onChange={(event) => {
              chosen.value = Number(event.currentTarget.value);
            }}
          >
            {heads.value.map((head, index) => (
              <option key={head.name} value={index}>
                {head.name}
              </option>
            ))}
          </select>
          <button type="button" id="attention" disabled={!studio.api.live} onClick={() => void look()}>
            Show
          </button>
        </span>
      </div>
      <Fault text={error.value} />
      {answer.value && (
        <div class="patterns">
          <Pattern title={`${head?.name}, full model`} tokens={answer.value.tokens} pattern={answer.value.full} />
          <Pattern title={`${head?.name}, ablated`} tokens={answer.value.tokens} pattern={answer.value.patched} />
        </div>
      )}
    </section>
  );
}

/** A pattern as squares: queries downwards, keys across. */
function Pattern({
  title,
  tokens,
  pattern: { rows, prefix },
}: {
  title: string;
  tokens: readonly string[];
  pattern: AttentionPattern;
}) {
  const over = useSignal<[number, number] | null>(null);
  const at = over.value;
  const side = 160 / Math.max(1, tokens.length);
  return (
    <figure>
      <svg
        viewBox="0 0 160 160"
        role="img"
        aria-label={`${title}: attention of ${tokens.length} positions`}
        onPointerMove={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          const key = Math.floor(((event.clientX - box.left) / box.width) * tokens.length);
          const query = Math.floor(((event.clientY - box.top) / box.height) * tokens.length);
          over.value = rows[query]?.[key] === undefined ? null : [query, key];
        }}
        onPointerLeave={() => {
          over.value = null;
        }}
      >
        {rows.flatMap((row, query) =>
          row.map((weight, key) =>
            weight < 0.005 ? null : (
              <rect
                key={`${query}-${key}`}
                x={key * side}
                y={query * side}
                width={side}
                height={side}
                fill-opacity={weight}
              />
            ),
          ),
        )}
      </svg>
      <figcaption>
        {title}
        <span class="soft">
          {at
            ? ` ${visible(tokens[at[0]] ?? "")} looks at ${visible(tokens[at[1]] ?? "")}: ${percent(rows[at[0]]?.[at[1]] ?? 0)}${
                (prefix[at[0]] ?? 0) > 0 ? `, at the prefix: ${percent(prefix[at[0]]!)}` : ""
              }`
            : ""}
        </span>
      </figcaption>
    </figure>
  );
}
