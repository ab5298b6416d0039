import { badFile, readText } from "@autocircuit/base";
import { ConfigReader } from "@autocircuit/models";

/** No configuration is longer. */
const MOST_BYTES = 1 << 22;

/** Reads a configuration in JSON. @throws AutocircuitError `not-found`, `bad-file` */
export async function readJsonSettings(path: string): Promise<ConfigReader> {
  return ConfigReader.parse(await readText(path, MOST_BYTES), path);
}

/** Reads a configuration in YAML. @throws AutocircuitError `not-found`, `bad-file` */
export async function readYamlSettings(path: string): Promise<ConfigReader> {
  const text = await readText(path, MOST_BYTES);
  const { parse } = await import("yaml");
  let values: unknown;
  try {
    // Few aliases: a short text of them can stand for a value of any size.
    values = parse(text, { schema: "core", maxAliasCount: 10, logLevel: "error" });
  } catch (cause) {
    throw badFile(path, `is not YAML: ${(cause as Error).message.split("\n")[0]}`, { cause });
  }
  return new ConfigReader(values, path);
}

/** A number of latents to keep. @throws AutocircuitError `bad-file` when there are fewer latents, or it is no such number */
export function checkedK(k: number, latents: number, where: string): number {
  if (Number.isSafeInteger(k) && k >= 1 && k <= latents) return k;
  throw badFile(where, `k is ${k}, which has to be a whole number from 1 to ${latents}, the number of latents.`);
}
