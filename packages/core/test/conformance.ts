import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type FloatTensors, readSafetensors } from "@autocircuit/base";

/** Folder of the conformance cases: `AUTOCIRCUIT_CONFORMANCE`, or `shared/conformance` beside the checkout. */
export const conformance =
  process.env.AUTOCIRCUIT_CONFORMANCE ?? fileURLToPath(new URL("../../../../shared/conformance", import.meta.url));

/** The folder of a case. */
export function caseFolder(name: string): string {
  return `${conformance}/autocircuit/${name}`;
}

/** The models that have conformance cases with weights. */
export const cases = [
  "attn-only",
  "brackets",
  "gpt2-hf",
  "gpt2-like",
  "gpt2-like-ln",
  "gpt_neox-hf",
  "no-norm",
  "pythia-like",
  "sorted-list",
  "sum",
].filter((name) => existsSync(caseFolder(name)));

/** True where the cases are absent; tests that read them are then skipped. */
export const absent = cases.length === 0;

/** A JSON file of a case, such as `readCase("sum", "config.json")`. */
// biome-ignore lint/suspicious/noExplicitAny: the shape of each file is described in the README beside the cases
export function readCase(name: string, file: string): any {
  return JSON.parse(readFileSync(`${caseFolder(name)}/${file}`, "utf8"));
}

/** A safetensors file of a case. */
export async function caseTensors(
  name: string,
  file: "model.safetensors" | "expected.safetensors",
): Promise<FloatTensors["tensors"]> {
  return (await readSafetensors(`${caseFolder(name)}/${file}`)).tensors;
}

/** The graph configuration of a case. */
export function caseGraphConfig(name: string) {
  const config = readCase(name, "config.json");
  return {
    layers: config.n_layers as number,
    heads: config.n_heads as number,
    kvHeads: (config.n_key_value_heads ?? config.n_heads) as number,
    attnOnly: config.attn_only as boolean,
    parallel: config.parallel_attn_mlp as boolean,
  };
}
