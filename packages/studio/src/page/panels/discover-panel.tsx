import type { AblationType } from "@autocircuit/core";
import { ablationKind } from "@autocircuit/core/ablations";
import { useSignal } from "@preact/signals";
import { Fault } from "../ui/fault.tsx";
import { counted, figure } from "../ui/numbers.ts";
import { useStudio } from "../ui/studio-context.ts";
import { type FieldValue, OptionField, optionValue } from "./option-field.tsx";
import { ScoreSetList } from "./score-set-list.tsx";

/** Runs an algorithm: its options with their docs, progress, a way to stop it, and what it found. */
export function DiscoverPanel() {
  const studio = useStudio();
  const { algorithms, presets } = studio.session;
  const { discovery } = studio;
  const form = discovery.form;
  const algorithm = algorithms.find(({ name }) => name === form.value.algorithm) ?? algorithms[0];
  const problem = useSignal<string | null>(null);
  if (!algorithm) return <p class="hint">No algorithm can be run on this model from here.</p>;
  const { algorithm: _, values, ablation, promptCount, name } = form.value;
  const running = discovery.progress.value !== null;
  const start = () => {
    try {
      const options: Record<string, unknown> = {};
      for (const option of algorithm.options) {
        const value = optionValue(option, values[option.name]);
        if (value !== undefined) options[option.name] = value;
      }
      problem.value = null;
      void discovery.start({
        name: name.trim() || algorithm.name,
        algorithm: algorithm.name,
        options,
        ablation: ablation ?? studio.state.ablation,
        promptCount,
      });
    } catch (error) {
      problem.value = (error as Error).message;
    }
  };
  const usePreset = (key: string) => {
    const preset = presets.find((own) => own.key === key);
    if (!preset) return;
    const given = Object.entries(preset.options).map(([option, value]): [string, FieldValue] => [
      option,
      typeof value === "boolean" ? value : Array.isArray(value) ? value.join(", ") : String(value),
    ]);
    form.value = { ...form.value, algorithm: preset.algorithm, values: Object.fromEntries(given), name: key };
  };
  const own = presets.filter((preset) => preset.algorithm === algorithm.name);
  return (
    <>
      <form
        class="block discover"
        aria-label="Discover"
        onSubmit={(event) => {
          event.preventDefault();
          start();
        }}
      >
        <label class="field wide">
          <span>Algorithm</span>
          <select
            id="algorithm"
            value={algorithm.name}
            onChange={(event) => {
              form.value = { ...form.value, algorithm: event.currentTarget.value, values: {}, name: "" };
            }}
          >
            {algorithms.map((entry) => (
              <option key={entry.name} value={entry.name}>
                {entry.name}
              </option>
            ))}
          </select>
        </label>
        <p class="hint">
          {algorithm.description}
          {algorithm.paper && <cite>{algorithm.paper}</cite>}
        </p>
        {own.length > 0 && (
          <label class="field wide">
            <span>Preset</span>
            <select id="preset" value="" onChange={(event) => usePreset(event.currentTarget.value)}>
              <option value="">take over the options of …</option>
              {own.map(({ key }) => (
                <option key={key} value={key}>
                  {key}
                </option>
              ))}
            </select>
          </label>
        )}
        <div class="pair">
          <label class="field wide">
            <span>Name of the scores</span>
            <input
              id="score-name"
              type="text"
              placeholder={algorithm.name}
              value={name}
              onInput={(event) => {
                form.value = { ...form.value, name: event.currentTarget.value };
              }}
            />
          </label>
          <label class="field wide">
            <span>Prompts</span>
            <input
              type="number"
              min={1}
              max={studio.session.prompts.count}
              placeholder={`all ${studio.session.prompts.count}`}
              value={promptCount ?? ""}
              onChange={(event) => {
                const most = Math.round(event.currentTarget.valueAsNumber);
                form.value = { ...form.value, promptCount: Number.isFinite(most) && most > 0 ? most : null };
              }}
            />
          </label>
        </div>
        <label class="field wide">
          <span>Ablation</span>
          <select
            value={ablation ?? studio.state.ablation}
            onChange={(event) => {
              form.value = { ...form.value, ablation: event.currentTarget.value as AblationType };
            }}
          >
            {studio.session.ablations.map((entry) => (
              <option key={entry} value={entry}>
                {ablationKind(entry).words}
              </option>
            ))}
          </select>
        </label>
        {algorithm.options.length > 0 && (
          <details open={algorithm.options.some(({ required }) => required)}>
            <summary>{counted(algorithm.options.length, "option")}</summary>
            {algorithm.options.map((option) => (
              <OptionField
                key={`${algorithm.name} ${option.name}`}
                option={option}
                value={values[option.name]}
                onChange={(value) => {
                  form.value = { ...form.value, values: { ...form.value.values, [option.name]: value } };
                }}
              />
            ))}
          </details>
        )}
        <div class="line">
          {running ? (
            // Two buttons, not one that changes: its click, once it cancels, would go on to submit the form.
            <button key="cancel" type="button" id="cancel-discovery" onClick={() => discovery.cancel()}>
              Cancel
            </button>
          ) : (
            <button key="start" type="submit" id="discover" class="main" disabled={!studio.api.live}>
              Discover
            </button>
          )}
          <span class="soft" role="status" id="discovery-state">
            {discovery.text.value}
          </span>
        </div>
        {discovery.progress.value && (
          <progress
            max={Math.max(1, discovery.progress.value.total)}
            value={discovery.progress.value.done}
            aria-label="Progress of the discovery"
          />
        )}
        <Fault text={problem.value ?? discovery.error.value} />
        {discovery.last.value && (
          <p class="hint">
            Found “{discovery.last.value.name}” in {figure(discovery.last.value.seconds)} s.{" "}
            {discovery.last.value.before && (
              <button
                type="button"
                class="plain"
                id="compare-last"
                onClick={() => studio.change({ overlay: discovery.last.value!.before })}
              >
                Compare with the scores before
              </button>
            )}
          </p>
        )}
      </form>
      <ScoreSetList />
    </>
  );
}
