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
  expect(config.eps >= 0 && Number.isFinite(config.eps), "config.eps must be a number, and not negative");
  expect(
    config.window === undefined || config.window.length === config.layers,
    "config.window needs one entry per block",
  );
  expect(
    config.window?.every((back) => back >= 0) ?? true,
    "config.window must be numbers that are not negative (0 is everything)",
  );
  for (const name of ["attnSoftcap", "finalSoftcap"] as const) {
    const cap = config[name];
    expect(cap === undefined || (Number.isFinite(cap) && cap > 0), `config.${name} must be positive, or left out`);
  }
  const { embedScale = 1, positionOffset = 0 } = config;
  expect(Number.isFinite(embedScale), "config.embedScale must be a number");
  expect(
    Number.isSafeInteger(positionOffset) && positionOffset >= 0,
    "config.positionOffset must be a whole number, and not negative",
  );
  if (config.positions === "rotary") checkRotary(config);
}

function checkRotary({ rotary, dHead, layers }: TransformerConfig): void {
  if (rotary === undefined)
    throw new AutocircuitError("bad-input", "config.rotary is missing, but positions are rotary.");
  const { dim, frequencies, scale, layerType } = rotary;
  expect(dim > 0 && dim <= dHead && dim % 2 === 0, "config.rotary.dim must be even and between 2 and dHead");
  expect(
    Array.isArray(frequencies) && frequencies.length > 0 && frequencies.every(Array.isArray),
    "config.rotary.frequencies must be a list of lists, and not empty",
  );
  expect(
    frequencies.every((set) => set.length === dim / 2 && set.every(Number.isFinite)),
    "each list in config.rotary.frequencies must have dim / 2 entries, all of them numbers",
  );
  expect(
    scale === undefined || (scale.length === frequencies.length && scale.every(Number.isFinite)),
    "config.rotary.scale needs one entry per list of frequencies, a number",
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
