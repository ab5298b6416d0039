import { existsSync } from "node:fs";
import { cpus, homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { version, writeWhole } from "@autocircuit/base";
import {
  type LoadedCheckpoint,
  type LoadedFormat,
  measureAutoencoders,
  measureCheckpoints,
  measureTrained,
} from "./measure-loads.ts";

/** What loads, and how far its numbers are from those of the libraries that the files are from. */
export interface LoadsReport {
  readonly date: string;
  readonly command: string;
  readonly version: string;
  readonly processor: string;
  readonly checkpoints: readonly LoadedCheckpoint[];
  readonly autoencoders: readonly LoadedFormat[];
}

/** A trained model of which `transformers`' logits are at hand, where the model is. */
const TRAINED = {
  name: "SmolLM2-135M-Instruct",
  folder: join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "autocircuit", "models", "smollm2"),
  expected: fileURLToPath(new URL("../../../../../shared/models/smollm2", import.meta.url)),
};

/** Measures every checkpoint and autoencoder in the folders, and writes {@link LoadsReport} as JSON. */
export async function writeLoads(file: string, folders: readonly string[]): Promise<LoadsReport> {
  const { name, folder, expected } = TRAINED;
  const there = existsSync(join(folder, "complete")) && existsSync(join(expected, "expected.json"));
  const trained = there
    ? [
        await measureTrained(name, folder, expected),
        await measureTrained(`${name}, GGUF`, join(folder, "model.gguf"), expected),
      ]
    : [];
  const report: LoadsReport = {
    date: new Date().toISOString().slice(0, 10),
    command: "npm run conformance -- --loads docs/measured/loads.json",
    version,
    processor: `${cpus()[0]!.model.trim()}, ${cpus().length} cores`,
    checkpoints: [...(await measureCheckpoints(folders)), ...trained],
    autoencoders: await measureAutoencoders(folders),
  };
  await writeWhole(file, `${JSON.stringify(report, null, 2)}\n`);
  return report;
}
