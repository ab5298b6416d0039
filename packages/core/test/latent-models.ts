import type { TransformerConfig } from "@autocircuit/native";
import type { ModelGraphOptions } from "../src/model/model-options.ts";
import { PatchableModel } from "../src/model/patchable-model.ts";
import { type TinyAutoencoders, tinyAutoencoders } from "./tiny-autoencoders.ts";
import { tinyConfig, tinyTransformer } from "./tiny-transformer.ts";

/** Of a model, and whether it has norms behind attention and MLPs. */
export type ShapeOptions = ModelGraphOptions & { postNorms?: boolean };

/** A network in float64, and the same with autoencoders. */
export function models(
  autoencoders: TinyAutoencoders,
  changes: Partial<TransformerConfig> = {},
  { postNorms = false, ...options }: ShapeOptions = {},
) {
  const transformer = tinyTransformer(changes, 1, { dtype: "float64", postNorms });
  const plain = new PatchableModel({ transformer, outputSlice: "none", ...options });
  const withLatents = plain.withAutoencoders(tinyAutoencoders({ ...tinyConfig, ...changes }, autoencoders));
  return {
    plain,
    withLatents,
    [Symbol.dispose]: () => {
      withLatents.dispose();
      plain.dispose();
    },
  };
}
