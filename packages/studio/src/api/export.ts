import type { CircuitChoice } from "./runs.ts";

/**
 * `autocircuit`: a circuit as JSON in the library's names, with scores; `eap-ig`: the same as EAP-IG and the Mechanistic Interpretability
 * Benchmark write it; `scores`: the scores of all edges (safetensors); `prompts`: the data set as EAP-IG's CSV; `svg` and `png`: a picture.
 */
export type ExportFormat = "autocircuit" | "eap-ig" | "scores" | "prompts" | "svg" | "png";

/** `POST api/export`: the file's bytes, its name in `content-disposition`. */
export interface ExportRequest {
  format: ExportFormat;
  circuit: CircuitChoice;
  /** Edges left out of it: those clicked. */
  ablated: readonly number[];
  /** What the circuit is called, and its file: letters, digits, spaces and . _ - */
  name: string;
  /** Of a PNG. Default false. */
  dark?: boolean;
}
