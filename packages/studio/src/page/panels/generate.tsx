import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { messageOf } from "../client/errors.ts";
import { Latest } from "../client/latest.ts";
import { Fault } from "../ui/fault.tsx";
import { useStudio } from "../ui/studio-context.ts";
import { Tokens } from "../ui/tokens.tsx";

type Texts = Record<"full" | "patched", string[]>;

/** What the full model and the ablated circuit go on with, greedily, token by token. */
export function Generate() {
  const studio = useStudio();
  const count = useSignal(8);
  const texts = useSignal<Texts | null>(null);
  const running = useSignal(false);
  const error = useSignal<string | null>(null);
  const latest = useRef(new Latest());
  useEffect(() => () => latest.current.cancel(), []);
  if (!studio.session.tokenizer) return null;
  const start = async () => {
    const choice = studio.choice.peek();
    if (!choice) return;
    const request = {
      ...choice,
      prompt: studio.prompt,
      count: count.value,
    };
    texts.value = { full: [], patched: [] };
    running.value = true;
    error.value = null;
    try {
      await latest.current.run(async (signal) => {
        for await (const line of studio.api.generate(request, signal)) {
          if (line.type === "error") throw new Error(line.message);
          if (line.type !== "token") continue;
          const now: Texts = texts.peek() ?? { full: [], patched: [] };
          texts.value = { ...now, [line.model]: [...now[line.model], line.token] };
        }
      });
    } catch (failure) {
      error.value = messageOf(failure);
    }
    running.value = false;
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
            <button type="button" onClick={() => latest.current.cancel()}>
              Cancel
            </button>
          ) : (
            <button type="button" id="generate" disabled={!studio.api.live} onClick={() => void start()}>
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
