import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished, vi } from "vitest";
import type { LoopbackHub } from "./loopback-hub.ts";

/** Makes this test the user of a hub, with an empty cache and no token of its own. Returns the cache. */
export function useHub({ url }: Pick<LoopbackHub, "url">): string {
  const cache = mkdtempSync(join(tmpdir(), "autocircuit-hub-"));
  vi.stubEnv("HF_ENDPOINT", url);
  vi.stubEnv("AUTOCIRCUIT_MODELS", cache);
  vi.stubEnv("HF_HOME", join(cache, "home"));
  for (const name of ["HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_TOKEN_PATH", "HF_HUB_OFFLINE"]) vi.stubEnv(name, "");
  onTestFinished(() => {
    vi.unstubAllEnvs();
    rmSync(cache, { recursive: true, force: true });
  });
  return cache;
}
