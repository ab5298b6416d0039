import { kind } from "@autocircuit/base";
import { Tensor } from "@autocircuit/native";

export const tensor = kind.instance(Tensor, "a Tensor");

/** A model's configuration, as far as autoencoders have to fit it. */
export const modelConfig = kind.shape("a transformer's configuration, as readConfig gives it (layers, heads, ...)", {
  ...{ layers: kind.count, heads: kind.count, dHead: kind.count, dModel: kind.count, dMlp: kind.whole },
  norm: kind.oneOf(["none", "layer", "rms"]),
});

const facts = kind.shape("an autoencoder", {
  ...{ path: kind.text, hookIn: kind.text, hookOut: kind.text, dIn: kind.count, dOut: kind.count },
});

/** Autoencoders that were at least looked at. */
export const inspected = kind.shape("what inspectAutoencoders gives", {
  format: kind.text,
  autoencoders: kind.listOf(facts),
});
