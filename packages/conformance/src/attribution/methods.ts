import type { PatchableModel, PromptLoader, PruneScores } from "@autocircuit/core";
import { ceap, eapGp, eapIgInputs, edgeAttribution, relp } from "@autocircuit/discovery";

/** How a tensor of scores is made here. */
export interface Method {
  run: (model: PatchableModel, prompts: PromptLoader) => Promise<PruneScores>;
  /** What its numbers may differ by beyond the usual, as a share of the largest. */
  ofMax?: number;
}

/** Rules of the published variants of relevance patching; all others are off. */
const RULES: Readonly<
  Record<string, { norms?: boolean; activations?: boolean; gates?: boolean; attention?: boolean }>
> = {
  relp: { norms: true, activations: true, gates: true },
  "relp-ah": { norms: true, activations: true, gates: true, attention: true },
  "relp-ln": { norms: true },
  "relp-identity": { activations: true },
  "relp-half": { gates: true },
  "relp-ln-half": { norms: true, gates: true },
  "relp-attention": { attention: true },
};

/** The method behind a tensor's name; undefined for tensors that are no scores of edges. */
export function methodOf(name: string): Method | undefined {
  const rules = RULES[name];
  const off = { norms: false, activations: false, gates: false, attention: false };
  if (rules) return { run: (model, prompts) => relp(model, prompts, { ...off, ...rules }) };
  // CircuitKIT leaves the activation of a gate as it is.
  if (name === "relp-circuitkit")
    return {
      run: (model, prompts) =>
        relp(model, prompts, { norms: true, attention: true, gates: true, activations: !model.config.gated }),
    };
  const [, family, steps, rest] = /^(eap-ig-inputs|ceap|eap-gp)-(\d+)(.*)$/.exec(name) ?? [];
  if (name === "eap") return { run: (model, prompts) => edgeAttribution(model, prompts) };
  const count = Number(steps);
  if (family === "eap-ig-inputs" && rest === "")
    return { run: (model, prompts) => eapIgInputs(model, prompts, { steps: count }) };
  if (family === "ceap" && (rest === "" || rest === "-from-clean"))
    return { run: (model, prompts) => ceap(model, prompts, { steps: count, from: rest === "" ? "corrupt" : "clean" }) };
  if (family !== "eap-gp") return undefined;
  const options = { "": {}, "-from-corrupt": { from: "corrupt" }, "-per-source": { path: "source" } } as const;
  const how = options[rest as keyof typeof options];
  return how && { run: (model, prompts) => eapGp(model, prompts, { steps: count, ...how }), ofMax: 2e-2 };
}
