import type { GraphConfig } from "@autocircuit/core";
import type { TransformerConfig } from "@autocircuit/native";

/** The part of a transformer's configuration that decides its graph. */
export function graphConfig(config: TransformerConfig): GraphConfig {
  const { layers, heads, kvHeads, attnOnly, parallel } = config;
  return { layers, heads, kvHeads, attnOnly, parallel };
}
