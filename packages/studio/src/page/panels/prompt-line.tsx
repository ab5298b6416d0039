import { count } from "../ui/numbers.ts";
import { useStudio } from "../ui/studio-context.ts";
import { Tokens, visible } from "../ui/tokens.tsx";

/** The prompt that is run, and the way to the next. */
export function PromptLine() {
  const studio = useStudio();
  const { prompt } = studio.state;
  const total = studio.session.prompts.count;
  const row = typeof prompt === "number" ? studio.prompts.row(prompt) : undefined;
  const to = (index: number) => studio.change({ prompt: index }, "prompt");
  return (
    <section class="block" aria-label="Prompt">
      <div class="line">
        <h2>{typeof prompt === "number" ? `Prompt ${count(prompt + 1)} of ${count(total)}` : "Your own prompt"}</h2>
        <span class="steps">
          <button
            type="button"
            aria-label="Previous prompt"
            disabled={typeof prompt !== "number" || prompt === 0}
            onClick={() => to((prompt as number) - 1)}
          >
            ‹
          </button>
          <button
            type="button"
            aria-label="Next prompt"
            disabled={total === 0 || (typeof prompt === "number" && prompt >= total - 1)}
            onClick={() => to(typeof prompt === "number" ? prompt + 1 : 0)}
          >
            ›
          </button>
        </span>
      </div>
      {row ? (
        <>
          <p class="prompt">
            <Tokens tokens={row.clean} />
            <span class="soft arrow"> → </span>
            <span class="answers">{row.answers.map(visible).join(" ")}</span>
          </p>
          <p class="prompt corrupt">
            <span class="soft">corrupt </span>
            <Tokens tokens={row.corrupt} marked={differing(row.clean, row.corrupt)} />
          </p>
        </>
      ) : typeof prompt === "number" ? (
        <p class="hint">{studio.prompts.error.value ?? "Reading the prompt …"}</p>
      ) : (
        <>
          <p class="prompt">{prompt.clean}</p>
          <p class="prompt corrupt">
            <span class="soft">corrupt </span>
            {prompt.corrupt}
          </p>
        </>
      )}
    </section>
  );
}

/** Positions at which two prompts differ. */
export function differing(clean: readonly string[], corrupt: readonly string[]): number[] {
  return corrupt.flatMap((token, index) => (token === clean[index] ? [] : [index]));
}
