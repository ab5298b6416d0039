import { shownValue } from "@autocircuit/base";
import type { ConfigReader } from "../config-reader.ts";

/** Whether each layer sees all earlier positions or a sliding window. */
export type LayerType = "full_attention" | "sliding_attention";

/**
 * The type of every layer: as listed in `layer_types`, else as the family's rule has it.
 *
 * @throws AutocircuitError `bad-file` for another number of layers, or a type the engine does not do
 */
export function layerTypes(raw: ConfigReader, layers: number, slides: (layer: number) => boolean): LayerType[] {
  const listed = raw.strings("layer_types");
  if (!listed) {
    return Array.from({ length: layers }, (_, layer) => (slides(layer) ? "sliding_attention" : "full_attention"));
  }
  if (listed.length !== layers) throw raw.fail("layer_types", `does not name the types of ${layers} layers`);
  return listed.map((type) => {
    if (type === "full_attention" || type === "sliding_attention") return type;
    throw raw.fail("layer_types", `holds ${shownValue(type)}; the engine does full_attention and sliding_attention`);
  });
}

/** The engine's window per layer (0: everything), or nothing when no layer slides. */
export function windowsOf(types: readonly LayerType[], raw: ConfigReader): { window?: readonly number[] } {
  if (!types.includes("sliding_attention")) return {};
  const size = raw.size("sliding_window");
  return { window: types.map((type) => (type === "sliding_attention" ? size : 0)) };
}
