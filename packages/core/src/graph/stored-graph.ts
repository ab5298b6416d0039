import { Graph } from "./graph.ts";
import type { ResolvedGraphConfig } from "./graph-config.ts";

/**
 * The graph whose configuration a file has. Files of before call `seqLen` `tokens`.
 *
 * @throws AutocircuitError `bad-input` for what is no configuration
 */
export function storedGraph(config: ResolvedGraphConfig): Graph {
  const named = ofToday(config);
  return Graph.of(named, named);
}

function ofToday(config: ResolvedGraphConfig): ResolvedGraphConfig {
  if (typeof config !== "object" || config === null || !("tokens" in config)) return config;
  const { tokens, ...rest } = config as Omit<ResolvedGraphConfig, "seqLen"> & { readonly tokens: number | null };
  return { ...rest, seqLen: tokens };
}
