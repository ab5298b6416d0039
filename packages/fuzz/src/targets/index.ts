import { AutocircuitError } from "@autocircuit/native";
import type { Target } from "../target.ts";

/** Every target by name; each is loaded when it is asked for, as some load the engine. The slowest come first. */
const loaders: Readonly<Record<string, () => Promise<{ default: Target }>>> = {
  "command-lines": () => import("./command-lines.ts"),
  masks: () => import("./masks.ts"),
  options: () => import("./options.ts"),
  rasp: () => import("./rasp.ts"),
  tensors: () => import("./tensors.ts"),
  "scores-files": () => import("./scores-files.ts"),
  tokenizers: () => import("./tokenizers.ts"),
  configs: () => import("./configs.ts"),
  prompts: () => import("./prompts.ts"),
  "circuit-files": () => import("./circuit-files.ts"),
  graphs: () => import("./graphs.ts"),
  safetensors: () => import("./safetensors.ts"),
};

/** Names of all targets. */
export const targetNames: readonly string[] = Object.keys(loaders);

/** A target by name. @throws AutocircuitError `unknown-name` */
export async function findTarget(name: string): Promise<Target> {
  const load = Object.hasOwn(loaders, name) ? loaders[name] : undefined;
  if (load) return (await load()).default;
  throw new AutocircuitError("unknown-name", `There is no target "${name}". There are: ${targetNames.join(", ")}.`);
}

/** Targets by name. @throws AutocircuitError `unknown-name` */
export async function targetsNamed(names: readonly string[]): Promise<Target[]> {
  return Promise.all(names.map(findTarget));
}
