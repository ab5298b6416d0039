import type { TransformerLensConfig } from "../transformer-lens/config.ts";
import type { HostWeight } from "../transformer-lens/load.ts";
import { fingerprintOf, type StoredWeight } from "./fingerprint.ts";

/** What tells weights in memory from others, as `modelFingerprint` does those of files. */
export function hostFingerprint(
  config: TransformerLensConfig,
  weights: Readonly<Record<string, HostWeight>>,
  signal?: AbortSignal,
): Promise<string> {
  const stored = Object.entries(weights).map(([name, { shape, data }]): StoredWeight => {
    const { buffer, byteOffset, byteLength: bytes } = data;
    const type = data instanceof Float64Array ? "float64" : "float32";
    return { name, type, shape, bytes, read: (at, length) => new Uint8Array(buffer, byteOffset + at, length) };
  });
  return fingerprintOf({ ...config }, stored, signal);
}
