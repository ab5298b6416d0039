import type { AblationType, PatchType } from "@autocircuit/core";
import { ablationKind } from "@autocircuit/core/ablations";
import { useStudio } from "../ui/studio-context.ts";

const patchWords: Readonly<Record<PatchType, { title: string; what: string }>> = {
  tree: { title: "Tree", what: "The clean prompt, with all but the circuit ablated" },
  edge: {
    title: "Edge",
    what: "The corrupt prompt, in which the circuit's edges take the chosen values: with resample, those of the clean prompt",
  },
};

/** Which values ablated edges take, and which way the circuit is patched. */
export function RunChoices() {
  const studio = useStudio();
  const { ablation, patch } = studio.state;
  return (
    <div class="choices">
      <label class="field wide">
        <span>{patch === "edge" ? "The circuit's edges take" : "Ablated edges take"}</span>
        <select
          id="ablation"
          value={ablation}
          onChange={(event) => studio.change({ ablation: event.currentTarget.value as AblationType })}
        >
          {studio.session.ablations.map((own) => (
            <option key={own} value={own}>
              {patch === "edge" && own === "resample"
                ? "resample – the clean prompt's values"
                : ablationKind(own).words}
            </option>
          ))}
        </select>
      </label>
      <fieldset class="segments">
        <legend>Patch</legend>
        {studio.session.patchTypes.map((own) => (
          <label key={own} title={patchWords[own].what}>
            <input
              type="radio"
              name="patch-type"
              value={own}
              checked={patch === own}
              onChange={() => studio.change({ patch: own })}
            />
            <span>{patchWords[own].title}</span>
          </label>
        ))}
      </fieldset>
    </div>
  );
}
