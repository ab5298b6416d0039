import { kind } from "@autocircuit/base";

/** A configuration, as far as what is said or counted of it goes. */
export const transformerConfig = kind.shape(
  "a transformer's configuration, as readConfig gives it (layers, heads, kvHeads, dHead, dModel, dMlp, dVocab, dVocabOut, context, norm, positions, activation, ...)",
  {
    ...{ layers: kind.count, heads: kind.count, kvHeads: kind.count, dHead: kind.count, dModel: kind.count },
    ...{ dMlp: kind.whole, dVocab: kind.count, dVocabOut: kind.count, context: kind.count },
    norm: kind.oneOf(["none", "layer", "rms"]),
    positions: kind.oneOf(["learned", "rotary", "none"]),
    activation: kind.text,
    window: kind.optional(kind.listOf(kind.whole)),
  },
);
