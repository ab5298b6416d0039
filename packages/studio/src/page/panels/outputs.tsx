import type { Output, RunAnswer } from "../../api/index.ts";
import { Fault } from "../ui/fault.tsx";
import { count, figure, percent } from "../ui/numbers.ts";
import { useStudio } from "../ui/studio-context.ts";
import { visible } from "../ui/tokens.tsx";

const columns = [
  ["full", "Full model"],
  ["circuit", "Circuit"],
  ["patched", "Ablated"],
] as const;

/** What the full model, the circuit and the circuit without the ablated edges say, side by side. */
export function Outputs() {
  const studio = useStudio();
  const { live } = studio;
  const answer = live.answer.value?.answer;
  const failed = live.error.value?.key === live.key.value ? live.error.value?.message : null;
  const stale = live.stale.value;
  const waiting = live.waiting.value;
  return (
    <section
      class={stale ? "block outputs stale" : "block outputs"}
      aria-label="What the model says"
      aria-busy={waiting}
      data-stale={stale}
      id="outputs"
    >
      <div class="line">
        <h2>What the model says</h2>
        <span class={waiting ? "state busy" : "state"} role="status">
          {waiting ? "running …" : answer && !stale ? `${figure(answer.milliseconds)} ms` : ""}
        </span>
      </div>
      <Fault text={failed} />
      {!answer && !failed && <p class="hint">{waiting ? "The first run takes the longest." : "Nothing to run yet."}</p>}
      {answer && answer.positions.length > 1 && <Position answer={answer} />}
      {answer && <Table answer={answer} edgeCount={studio.edges.count} />}
    </section>
  );
}

/** Which of several positions is told of. */
function Position({ answer }: { answer: RunAnswer }) {
  const studio = useStudio();
  const { prompt } = studio.state;
  const row = typeof prompt === "number" ? studio.prompts.row(prompt) : undefined;
  return (
    <fieldset class="segments positions">
      <legend>Position</legend>
      {answer.positions.map((position) => (
        <label key={position}>
          <input
            type="radio"
            name="position"
            checked={answer.position === position}
            onChange={() => {
              studio.position.value = position;
            }}
          />
          <span>{visible(row?.clean[position] ?? String(position))}</span>
        </label>
      ))}
    </fieldset>
  );
}

function Table({ answer, edgeCount }: { answer: RunAnswer; edgeCount: number }) {
  const { logits } = useStudio().session;
  const sizes = { full: edgeCount, circuit: answer.circuitSize, patched: answer.patchedSize };
  const given = answer.full.logitDiff !== null;
  const rights = new Set(answer.full.answers.filter(({ correct }) => correct).map(({ id }) => id));
  // A token may be wrong at one position and right at another: here it is told of once.
  const answers = answer.full.answers.flatMap((own, index) =>
    own.correct || !rights.has(own.id) ? [{ ...own, index }] : [],
  );
  return (
    <>
      <table class="measures">
        <thead>
          <tr>
            <td />
            {columns.map(([key, title]) => (
              <th key={key} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">edges</th>
            {columns.map(([key]) => (
              <td key={key}>{count(sizes[key])}</td>
            ))}
          </tr>
          {given && (
            <tr>
              <th scope="row">logit difference</th>
              {columns.map(([key]) => (
                <td key={key} data-measure={`${key}-logit-diff`} data-value={answer[key].logitDiff}>
                  {figure(answer[key].logitDiff)}
                </td>
              ))}
            </tr>
          )}
          {answer.full.value !== null && (
            <tr>
              <th scope="row">output</th>
              {columns.map(([key]) => (
                <td key={key}>{figure(answer[key].value)}</td>
              ))}
            </tr>
          )}
          {answer.full.kl !== null && (
            <tr>
              <th scope="row">KL from full{answer.positions.length > 1 && " (mean of positions)"}</th>
              {columns.map(([key]) => (
                <td key={key} data-measure={`${key}-kl`} data-value={answer[key].kl}>
                  {figure(answer[key].kl)}
                </td>
              ))}
            </tr>
          )}
          {answers.slice(0, 6).map(({ index, ...own }) => (
            <tr key={index}>
              <th scope="row">
                <span class={own.correct ? "right" : "wrong"}>
                  {own.correct ? "✓" : "✗"} {visible(own.token)}
                </span>
              </th>
              {columns.map(([key]) => (
                <td key={key}>{percent(answer[key].answers[index]?.probability ?? 0)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <div class="tops" hidden={answer.full.top.length === 0}>
        {columns.map(([key, title]) => (
          <Top key={key} title={title} output={answer[key]} answers={answers} />
        ))}
      </div>
      {logits !== null && answer.full.top.length > 0 && (
        <p class="hint" id="logits-are">
          Logits, seen with the pointer on a token, are {logits}.
        </p>
      )}
    </>
  );
}

function Top({ title, output, answers }: { title: string; output: Output; answers: Output["answers"] }) {
  const marks = new Map(answers.map(({ id, correct }) => [id, correct ? "right" : "wrong"]));
  return (
    <ol class="top-tokens" aria-label={`Most likely tokens, ${title}`}>
      {output.top.map(({ id, token, probability, logit }) => (
        <li key={id} class={marks.get(id)} title={`${JSON.stringify(token)} · logit ${figure(logit)}`}>
          <span class="bar-of" style={{ width: `${Math.max(0.5, probability * 100)}%` }} />
          <span class="text">{visible(token)}</span>
          <span class="value">{percent(probability)}</span>
        </li>
      ))}
    </ol>
  );
}
