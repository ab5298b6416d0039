import { AutocircuitError } from "@autocircuit/base";
import { findAccessToken } from "./access-token.ts";
import type { HubOptions } from "./hub-options.ts";

/** What every request to the hub needs. */
export interface Hub {
  /** Base address without a slash at its end. */
  readonly endpoint: string;
  readonly offline: boolean;
  /** Milliseconds. */
  readonly stallTimeout: number;
  readonly retryDelay: number;
  readonly signal: AbortSignal | undefined;
  /** Headers for an address: the token goes to the hub only, never to another host. */
  headers(url: string): Record<string, string>;
}

/**
 * The hub as options and environment describe it: `HF_ENDPOINT` names a mirror, `HF_HUB_OFFLINE` forbids requests.
 *
 * @throws AutocircuitError `bad-input` for an `HF_ENDPOINT` that is no address
 */
export async function openHub(options: HubOptions, env: NodeJS.ProcessEnv = process.env): Promise<Hub> {
  const endpoint = (env.HF_ENDPOINT || "https://huggingface.co").replace(/\/+$/, "");
  if (!URL.canParse(endpoint) || !/^https?:/.test(endpoint)) {
    throw new AutocircuitError("bad-input", `HF_ENDPOINT is ${JSON.stringify(env.HF_ENDPOINT)}, which is no address.`);
  }
  const token = options.token ?? (await findAccessToken(env));
  const { origin } = new URL(endpoint);
  return {
    endpoint,
    offline: options.offline ?? /^(1|true|yes|on)$/i.test(env.HF_HUB_OFFLINE ?? ""),
    stallTimeout: options.stallTimeout ?? 30_000,
    retryDelay: options.retryDelay ?? 500,
    signal: options.signal,
    headers: (url) =>
      token !== undefined && new URL(url).origin === origin ? { authorization: `Bearer ${token}` } : {},
  };
}
