import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";

/**
 * The access token of the user: `HF_TOKEN`, `HUGGING_FACE_HUB_TOKEN`, or the file in which `hf auth login` keeps it
 * (`HF_TOKEN_PATH`, else `token` in `HF_HOME`).
 */
export async function findAccessToken(env: NodeJS.ProcessEnv = process.env): Promise<string | undefined> {
  const given = (env.HF_TOKEN ?? env.HUGGING_FACE_HUB_TOKEN)?.trim();
  if (given) return given;
  const home = env.HF_HOME || join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "huggingface");
  const stored = await readFile(env.HF_TOKEN_PATH || join(home, "token"), "utf8").catch(() => "");
  return stored.trim() || undefined;
}
