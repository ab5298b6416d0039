import { AutocircuitError } from "@autocircuit/base";
import type { Target } from "../target.ts";

/** A target that was not loaded yet. */
interface Entry {
  /** Its part of the cases; slow targets get fewer. */
  readonly share: number;
  readonly load: () => Promise<{ default: Target }>;
}

/** Every target by name, the slowest first. Each is loaded in the process that runs it, as some load the engine or change the process. */
const entries: Readonly<Record<string, Entry>> = {
  "command-lines": { share: 5, load: () => import("./command-lines.ts") },
  masks: { share: 4, load: () => import("./masks.ts") },
  options: { share: 11, load: () => import("./options.ts") },
  rasp: { share: 8, load: () => import("./rasp.ts") },
  tensors: { share: 8, load: () => import("./tensors.ts") },
  "scores-files": { share: 6, load: () => import("./scores-files.ts") },
  autoencoders: { share: 5, load: () => import("./autoencoders.ts") },
  pickles: { share: 8, load: () => import("./pickles.ts") },
  tokenizers: { share: 4, load: () => import("./tokenizers.ts") },
  configs: { share: 8, load: () => import("./configs.ts") },
  prompts: { share: 10, load: () => import("./prompts.ts") },
  "circuit-files": { share: 10, load: () => import("./circuit-files.ts") },
  graphs: { share: 12, load: () => import("./graphs.ts") },
  gguf: { share: 8, load: () => import("./gguf.ts") },
  safetensors: { share: 14, load: () => import("./safetensors.ts") },
};

/** Names of all targets. */
export const targetNames: readonly string[] = Object.keys(entries);

/** Divides cases among targets. @throws AutocircuitError `unknown-name` */
export function sharedCases(names: readonly string[], cases: number): { name: string; cases: number }[] {
  const chosen = names.map((name) => ({ name, share: entryNamed(name).share }));
  const all = chosen.reduce((sum, { share }) => sum + share, 0);
  return chosen.map(({ name, share }) => ({ name, cases: Math.max(1, Math.round((cases * share) / all)) }));
}

/** A target by name. @throws AutocircuitError `unknown-name` */
export async function findTarget(name: string): Promise<Target> {
  return (await entryNamed(name).load()).default;
}

function entryNamed(name: string): Entry {
  const entry = Object.hasOwn(entries, name) ? entries[name] : undefined;
  if (entry) return entry;
  throw new AutocircuitError("unknown-name", `There is no target "${name}". There are: ${targetNames.join(", ")}.`);
}
