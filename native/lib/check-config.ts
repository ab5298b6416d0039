import { AutocircuitError } from "@autocircuit/base";
import type { TransformerConfig } from "./transformer-config.ts";

/** Checks that the numbers of a configuration fit together. @throws AutocircuitError "bad-input" */
export function checkConfig(config: TransformerConfig): void {
  for (const name of ["layers", "dModel", "heads", "kvHeads", "dHead", "dVocab", "dVocabOut", "context"] as const) {
    expect(Number.isSafeInteger(config[name]) && config[name] > 0, `config.${name} must be a positive whole number`);
  }
  expect(config.attnOnly || config.dMlp > 0, "config.dMlp must be positive, or attnOnly true");
  expect(config.heads % config.kvHeads === 0, "config.heads must be a multiple of config.kvHeads");
  expect(Number.isFinite(config.attnScale) && config.attnScale !== 0, "config.attnScale must not be 0");
  expect(config.eps >= 0, "config.eps must not be negative");
  expect(
    config.window === undefined || config.window.length === config.layers,
    "config.window needs one entry per block",
  );
  if (config.positions === "rotary") checkRotary(config);
}

function checkRotary({ rotary, dHead, layers }: TransformerConfig): void {
  if (rotary === undefined)
    throw new AutocircuitError("bad-input", "config.rotary is missing, but positions are rotary.");
  const { dim, frequencies, scale, layerType } = rotary;
  expect(dim > 0 && dim <= dHead && dim % 2 === 0, "config.rotary.dim must be even and between 2 and dHead");
  expect(frequencies.length > 0, "config.rotary.frequencies must not be empty");
  expect(
    frequencies.every((set) => set.length === dim / 2),
    "each list in config.rotary.frequencies must have dim / 2 entries",
  );
  expect(
    scale === undefined || scale.length === frequencies.length,
    "config.rotary.scale needs one entry per list of frequencies",
  );
  const fits = (type: number) => Number.isInteger(type) && type >= 0 && type < frequencies.length;
  expect(
    layerType === undefined || (layerType.length === layers && layerType.every(fits)),
    "config.rotary.layerType needs one entry per block, each the index of a list of frequencies",
  );
}

function expect(holds: boolean, rule: string): void {
  if (!holds) throw new AutocircuitError("bad-input", `${rule}.`);
}
