import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { TokensAnswer } from "../../api/index.ts";
import { messageOf } from "../client/errors.ts";
import { Latest } from "../client/latest.ts";
import { Fault } from "../ui/fault.tsx";
import { useStudio } from "../ui/studio-context.ts";
import { Tokens } from "../ui/tokens.tsx";
import { useFault } from "../ui/use-fault.ts";

/** The user's own clean and corrupt text, with its tokens and where the two differ. */
export function PromptEditor() {
  const studio = useStudio();
  const { prompt } = studio.state;
  const row = typeof prompt === "number" ? studio.prompts.row(prompt) : undefined;
  const clean = useSignal("");
  const corrupt = useSignal("");
  const answer = useSignal<TokensAnswer | null>(null);
  const error = useFault();
  const latest = useRef(new Latest());
  const origin = typeof prompt === "number" ? row?.text : prompt;

  useEffect(() => {
    if (!origin) return;
    clean.value = origin.clean;
    corrupt.value = origin.corrupt;
  }, [origin, clean, corrupt]);

  const texts = { clean: clean.value, corrupt: corrupt.value };
  useEffect(() => {
    if (!studio.session.tokenizer || !studio.api.live || texts.clean === "") return;
    const timer = setTimeout(async () => {
      try {
        const found = await latest.current.run((signal) => studio.api.tokens(texts, signal));
        if (found) answer.value = found;
        error.value = null;
      } catch (failure) {
        error.value = messageOf(failure);
      }
    }, 150);
    return () => clearTimeout(timer);
  }, [texts.clean, texts.corrupt, studio, studio.connection.returns.value]);

  if (!studio.session.tokenizer) {
    return (
      <section class="block" aria-label="Your own prompt">
        <h2>Your own prompt</h2>
        <p class="hint">This model has no tokenizer, so it takes no text of yours.</p>
      </section>
    );
  }
  const found = answer.value;
  return (
    <section class="block" aria-label="Your own prompt">
      <h2>Your own prompt</h2>
      {(["clean", "corrupt"] as const).map((side) => (
        <div key={side}>
          <label class="field wide">
            <span>{side === "clean" ? "Clean text" : "Corrupt text"}</span>
            <textarea
              id={`${side}-text`}
              rows={2}
              value={side === "clean" ? clean.value : corrupt.value}
              onInput={(event) => {
                (side === "clean" ? clean : corrupt).value = event.currentTarget.value;
              }}
            />
          </label>
          {found && (
            <p class="prompt">
              <Tokens tokens={found[side]} marked={found.differ} />
            </p>
          )}
        </div>
      ))}
      <Fault text={error.value} />
      {found?.refused && <p class="bad">{found.refused}</p>}
      {found && !found.refused && (
        <p class="hint">
          {found.clean.length} tokens each, {found.differ.length} differ.
        </p>
      )}
      <button
        type="button"
        class="main"
        id="run-own"
        disabled={!found || found.refused !== null}
        onClick={() => {
          studio.change({ prompt: texts });
          studio.tab.value = "run";
        }}
      >
        Run this prompt
      </button>
    </section>
  );
}
