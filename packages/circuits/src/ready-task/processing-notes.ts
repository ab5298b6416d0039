import { kind, signature } from "@autocircuit/base";
import type { ProcessingOptions } from "@autocircuit/models";

const left: Readonly<Partial<Record<keyof ProcessingOptions, string>>> = {
  centerWritingWeights: "writing weights are not centred",
  foldValueBiases: "value biases stay with the values",
  foldLn: "norms keep their weights",
};

const check = signature("processingNotes", { processing: kind.record });

/**
 * How a model's weights are processed for the sake of autoencoders, in a line; none where that is its loader's choice.
 *
 * @param processing as `planAutoencoders` gives it
 * @example
 * const config = await readConfig("models/gpt2");
 * const { processing } = await planAutoencoders("saes/mlp-out", { config });
 * for (const note of processingNotes(processing)) console.log(note);
 */
export function processingNotes(processing: ProcessingOptions): string[] {
  check({ processing });
  const steps = (Object.keys(processing) as (keyof ProcessingOptions)[]).filter((step) => processing[step] === false);
  const texts = steps.flatMap((step) => left[step] ?? []);
  return texts.length === 0 ? [] : [`${texts.join(", ")}: the autoencoders were made for a model like that`];
}
