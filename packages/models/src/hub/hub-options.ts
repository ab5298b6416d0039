import { type KindsOf, kind } from "@autocircuit/base";
import type { Progress } from "@autocircuit/core";

/** How models are fetched by name. */
export interface HubOptions {
  /** Branch, tag or commit of the model's repository; default `main`. */
  readonly revision?: string | undefined;
  /** Access token, for private and gated models; default `HF_TOKEN`, else the one that `hf auth login` has stored. */
  readonly token?: string | undefined;
  /** Use only what was fetched before; default whether `HF_HUB_OFFLINE` is set. */
  readonly offline?: boolean | undefined;
  /** Milliseconds without a byte after which a connection is given up and tried anew; default 30 000. */
  readonly stallTimeout?: number | undefined;
  /** Milliseconds before the first retry, doubled with each; default 500. */
  readonly retryDelay?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What {@link HubOptions} may be. */
export const hubOptions: KindsOf<HubOptions> = {
  revision: kind.text,
  token: kind.text,
  offline: kind.flag,
  stallTimeout: kind.positive,
  retryDelay: kind.finite,
  signal: kind.signal,
};

/** How far a download has come. */
export interface DownloadProgress extends Progress {
  readonly stage: "downloading";
  /** The file whose bytes are coming in. */
  readonly name: string;
  /** Bytes there, of all files that were missing; a download that goes on counts what it found. */
  readonly done: number;
  /** Bytes of all files that were missing. */
  readonly total: number;
}

/** How `resolveModelFolder` finds a model. */
export interface ResolveOptions extends HubOptions {
  /** `config`: only the configuration, to describe a model without its weights; default `all`. */
  readonly files?: "all" | "config" | undefined;
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
}
