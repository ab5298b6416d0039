import { signature } from "@autocircuit/base";
import type { TransformerConfig } from "@autocircuit/native";
import { transformerConfig } from "./config-kind.ts";
import { parameterCount } from "./parameter-count.ts";

const POSITIONS = { learned: "learned", rotary: "rotary", none: "no" } as const;
const NORMS = { none: "no norm", layer: "LayerNorm", rms: "RMSNorm" } as const;

const check = signature("describeModel", { config: transformerConfig });

/**
 * A model's architecture in one line.
 *
 * @throws AutocircuitError `bad-input` for what is no configuration
 *
 * @example
 * describeModel(config);
 * // GPT-2 small: "12 layers, 12 heads of 64, width 768, MLP 3072 (gelu_new), LayerNorm, learned positions up to 1024, 50257 tokens, 163M parameters"
 */
export function describeModel(config: TransformerConfig): string {
  check({ config });
  const parts = [
    plural(config.layers, "layer"),
    `${plural(config.heads, "head")} of ${config.dHead}${config.kvHeads === config.heads ? "" : ` (${config.kvHeads} for keys and values)`}`,
    `width ${config.dModel}`,
    config.attnOnly ? "attention only" : `${config.gated ? "gated " : ""}MLP ${config.dMlp} (${config.activation})`,
    NORMS[config.norm],
    `${POSITIONS[config.positions]} positions up to ${config.context}`,
    config.dVocab === config.dVocabOut
      ? `${config.dVocab} tokens`
      : `${config.dVocab} tokens in, ${config.dVocabOut} out`,
    `${short(parameterCount(config))} parameters`,
  ];
  if (config.parallel) parts.push("attention and MLP in parallel");
  if (!config.causal) parts.push("bidirectional");
  if (config.window?.some((size) => size > 0)) parts.push(`window ${Math.max(...config.window)}`);
  return parts.join(", ");
}

function plural(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? "" : "s"}`;
}

/** 163037184 as 163M. */
function short(n: number): string {
  for (const [unit, size] of [
    ["B", 1e9],
    ["M", 1e6],
    ["k", 1e3],
  ] as const) {
    if (n >= size) return `${Number((n / size).toPrecision(3))}${unit}`;
  }
  return String(n);
}
