import { signature } from "@autocircuit/base";
import type { TransformerConfig } from "@autocircuit/native";
import { transformerConfig } from "./config-kind.ts";
import { weightLayout } from "./weights/layout.ts";

const check = signature("parameterCount", { config: transformerConfig });

/**
 * Numbers in the matrices of a model. Biases and norms, which a model may lack, are left out (less than a hundredth); an
 * unembedding tied to the embedding counts too, since the engine computes with it.
 *
 * @throws AutocircuitError `bad-input` for what is no configuration
 */
export function parameterCount(config: TransformerConfig): number {
  check({ config });
  // Blocks are alike: a configuration may say that there are a million.
  const outside = numbersIn({ ...config, layers: 0 });
  return outside + config.layers * (numbersIn({ ...config, layers: 1 }) - outside);
}

function numbersIn(config: TransformerConfig): number {
  return weightLayout(config)
    .filter(({ optional }) => !optional)
    .reduce((sum, { shape }) => sum + shape.reduce((size, n) => size * n, 1), 0);
}
