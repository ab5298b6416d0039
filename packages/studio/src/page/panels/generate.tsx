import { useSignal } from "@preact/signals";
import { Fault } from "../ui/fault.tsx";
import { useStudio } from "../ui/studio-context.ts";
import { Tokens } from "../ui/tokens.tsx";
import { useOnDemand } from "../ui/use-on-demand.ts";

type Texts = Record<"full" | "patched", string[]>;

/** What the full model and the ablated circuit go on with, greedily, token by token. */
export function Generate() {
  const studio = useStudio();
  const count = useSignal(8);
  const of = JSON.stringify([studio.choice.value, studio.state.prompt]);
  const { value: texts, error, running, start, cancel } = useOnDemand<Texts>(of);
  if (!studio.session.tokenizer) return null;
  const generate = async () => {
    const choice = studio.choice.peek();
    if (!choice) return;
    const request = {
      ...choice,
      prompt: studio.prompt,
      count: count.value,
    };
    texts.value = { full: [], patched: [] };
    await start(async (signal) => {
      for await (const line of studio.api.generate(request, signal)) {
        if (signal.aborted) return;
        if (line.type === "error") throw new Error(line.message);
        if (line.type !== "token") continue;
        const now: Texts = texts.peek() ?? { full: [], patched: [] };
        texts.value = { ...now, [line.model]: [...now[line.model], line.token] };
      }
    });
  };
  return (
    <section class="block" aria-label="Continue" aria-busy={running.value}>
      <div class="line">
        <h2>Continue the prompt</h2>
        <span class="steps">
          <input
            class="number"
            type="number"
            min={1}
            max={64}
            value={count.value}
            aria-label="Tokens to generate"
            onChange={(event) => {
              count.value = Math.max(1, Math.min(64, Math.round(event.currentTarget.valueAsNumber) || 8));
            }}
          />
          {running.value ? (
            <button type="button" onClick={cancel}>
              Cancel
            </button>
          ) : (
            <button type="button" id="generate" disabled={!studio.api.live} onClick={() => void generate()}>
              Generate
            </button>
          )}
        </span>
      </div>
      <Fault text={error.value} />
      {texts.value && (
        <dl class="continued">
          <dt>Full model</dt>
          <dd>
            <Tokens tokens={texts.value.full} />
          </dd>
          <dt>Ablated</dt>
          <dd>
            <Tokens tokens={texts.value.patched} />
          </dd>
        </dl>
      )}
    </section>
  );
}
