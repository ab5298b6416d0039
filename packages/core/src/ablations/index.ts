// What there is to know of ablations without an engine.
export { type AblationKind, type AblationType, ablationKind, ablationTypes } from "./ablation-type.ts";
