import { useComputed, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { AttentionAnswer } from "../../api/index.ts";
import { Fault } from "../ui/fault.tsx";
import { useStudio } from "../ui/studio-context.ts";
import { useOnDemand } from "../ui/use-on-demand.ts";
import { AttentionPatterns } from "./attention-patterns.tsx";

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
      {answer.value && <AttentionPatterns name={head?.name ?? ""} answer={answer.value} />}
    </section>
  );
}
