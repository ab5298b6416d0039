import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import {
  type AutoencoderSet,
  type LoadAutoencodersOptions,
  loadAutoencoders,
  openNpz,
  openStateDict,
} from "@autocircuit/autoencoders";
import { AutocircuitError } from "@autocircuit/base";
import { memory, Tensor } from "@autocircuit/native";
import { readJson } from "./check-patching.ts";
import type { CaseFolder } from "./find-cases.ts";
import { ExpectedTensors } from "./read-safetensors.ts";
import type { HostTensor, Recorder } from "./recorder.ts";
import { toHost } from "./to-host.ts";
import { maxAbs } from "./tolerance.ts";

/** How far values may be from the library's, of the largest. */
const BOUND = 1e-5;
/** More memory than refusing a file of a few kilobytes may take. */
const MOST_BYTES = 1 << 26;

/** Kinds of errors by which a file is refused for what is in it. */
const REFUSALS: ReadonlySet<string> = new Set(["bad-file", "not-finite"]);

/** What a case says of its files. */
interface Meta {
  /** Folder or file below `files/` to be opened. */
  load: string;
  hook_in: string;
  hook_out: string;
  /** Number that the caller has to give, or null. */
  scale: number | null;
  repo?: string;
  ties?: boolean;
  layers?: number;
}

/** What an autoencoder, or a set of one for each block, makes of the inputs. */
interface Outputs {
  latents: HostTensor;
  reconstruction: HostTensor;
  skip: HostTensor | undefined;
}

/** Readings of a file by the suffix of what they are expected to give; each gets the case's options. */
const READINGS: Readonly<Record<string, (options: LoadAutoencodersOptions) => LoadAutoencodersOptions>> = {
  "": (options) => options,
  _unscaled: (options) => ({ ...options, autoencoderScale: undefined }),
  _normalized: (options) => ({ ...options, reading: "normalized" }),
  _autocircuit: (options) => ({ ...options, reading: "autocircuit" }),
};

/** Checks the files of an autoencoder: the hooks they are of, and what they compute, in every reading. */
export async function checkAutoencoder(folder: CaseFolder, anyRecorder: Recorder): Promise<void> {
  const recorder = anyRecorder.within(BOUND);
  const meta = readJson(folder.path, "meta.json") as Meta;
  const expected = new ExpectedTensors(join(folder.path, "expected.safetensors"));
  const { shape, data } = new ExpectedTensors(join(folder.path, "inputs.safetensors")).get("inputs");
  using inputs = Tensor.from(data as Float32Array, { shape });
  const given = { autoencoderScale: meta.scale ?? undefined, repo: meta.repo };
  const left = new Set(expected.names());
  for (const [suffix, options] of Object.entries(READINGS)) {
    const has = (name: string) => left.delete(name + suffix);
    if (!left.has(`latents${suffix}`)) continue;
    const section = suffix === "" ? recorder : recorder.section(suffix.slice(1));
    using set = await loadAutoencoders(join(folder.path, "files", meta.load), options(given));
    if (suffix === "") checkHooks(set, meta, recorder);
    const { latents, reconstruction, skip } = await outputsOf(set, inputs);
    const wanted = expected.get(`latents${suffix}`);
    if (meta.ties) section.tensor("sorted latents", sortedRows(latents), sortedRows(wanted));
    else {
      section.tensor("latents", latents, wanted);
      section.equal("active latents", activeCount(latents, wanted), [0, 0]);
    }
    has("latents");
    if (has("reconstruction"))
      checkReconstruction(section, meta, reconstruction, expected.get(`reconstruction${suffix}`), latents, wanted);
    if (has("skip")) section.tensor("skip", skip ?? { shape: [], data: [] }, expected.get(`skip${suffix}`));
  }
  recorder.equal("expected tensors that were not compared", [...left], []);
}

/** Checks that files are refused with an error of their own kind, by a reader that spends no memory on what they declare. */
export async function checkRefusedFiles(folder: CaseFolder, recorder: Recorder): Promise<void> {
  const reasons = readJson(folder.path, "reasons.json") as Record<string, string>;
  for (const file of readdirSync(folder.path).sort()) {
    if (file === "reasons.json") continue;
    const before = process.memoryUsage.rss();
    const { tensorBytes } = await memory();
    const refusal = await open(join(folder.path, file)).then(
      () => `was opened (${reasons[file] ?? "no reason is given"})`,
      (error: unknown) =>
        error instanceof AutocircuitError && REFUSALS.has(error.code) ? "" : `threw ${String(error)}`,
    );
    recorder.record(`${file} is refused`, refusal === "", refusal);
    const spent = Math.max(process.memoryUsage.rss() - before, (await memory()).tensorBytes - tensorBytes);
    recorder.record(`${file} takes no memory`, spent < MOST_BYTES, `took ${spent} bytes`);
  }
}

/** Opens a file as what it says it is, or a folder as that of an autoencoder. */
async function open(path: string): Promise<void> {
  if (statSync(path).isDirectory()) (await loadAutoencoders(path))[Symbol.dispose]();
  else await (await (path.endsWith(".npz") ? openNpz(path) : openStateDict(path))).close();
}

function checkHooks(set: AutoencoderSet, { hook_in, hook_out, layers }: Meta, recorder: Recorder): void {
  const hooksIn = set.crossLayer?.hooksIn ?? set.autoencoders.map(({ hookIn }) => hookIn);
  const hooksOut = set.crossLayer?.hooksOut ?? set.autoencoders.map(({ hookOut }) => hookOut);
  const named = (hook: string) =>
    layers === undefined ? [hook] : Array.from({ length: layers }, (_, block) => `blocks.${block}.${hook}`);
  recorder.equal("hook_in", hooksIn, named(hook_in));
  recorder.equal("hook_out", hooksOut, named(hook_out));
}

/** What an autoencoder, or those of all blocks together, make of inputs. */
export async function outputsOf({ autoencoders, crossLayer }: AutoencoderSet, inputs: Tensor): Promise<Outputs> {
  if (crossLayer) {
    const { latents, reconstruction, skip } = await crossLayer.reconstruct(inputs);
    return {
      latents: await toHost(latents),
      reconstruction: await toHost(reconstruction),
      skip: skip && (await toHost(skip)),
    };
  }
  const [only] = autoencoders;
  if (autoencoders.length === 1) {
    const { latents, reconstruction, skip } = await only!.reconstruct(inputs);
    return {
      latents: await toHost(latents),
      reconstruction: await toHost(reconstruction),
      skip: skip && (await toHost(skip)),
    };
  }
  const layers = await Promise.all(autoencoders.map((one, block) => one.reconstruct(inputs.select(0, block))));
  const together = (parts: readonly (Tensor | undefined)[]) => toHost(Tensor.stack(parts.map((part) => part!)));
  return {
    latents: await together(layers.map(({ latents }) => latents)),
    reconstruction: await together(layers.map(({ reconstruction }) => reconstruction)),
    skip: only?.hasSkip ? await together(layers.map(({ skip }) => skip)) : undefined,
  };
}

/** Reconstructions; where latents tie, only of the rows in which the same ones were kept. */
function checkReconstruction(
  recorder: Recorder,
  { ties }: Meta,
  actual: HostTensor,
  expected: HostTensor,
  latents: HostTensor,
  expectedLatents: HostTensor,
): void {
  if (!ties) {
    recorder.tensor("reconstruction", actual, expected);
    return;
  }
  const [latentCount, width] = [expectedLatents.shape.at(-1)!, expected.shape.at(-1)!];
  const rows = expected.data.length / width;
  const size = maxAbs(expectedLatents.data) * BOUND;
  const same = Array.from({ length: rows }, (_, row) => row).filter((row) =>
    range(row * latentCount, latentCount).every((i) => Math.abs(latents.data[i]! - expectedLatents.data[i]!) <= size),
  );
  const of = ({ data }: HostTensor) => ({
    shape: [same.length, width],
    data: same.flatMap((row) => range(row * width, width).map((i) => data[i]!)),
  });
  recorder.tensor("reconstruction", of(actual), of(expected), { max: maxAbs(expected.data) });
}

/** How many latents are active only here, and only there. */
function activeCount(actual: HostTensor, expected: HostTensor): [number, number] {
  let [here, there] = [0, 0];
  for (let i = 0; i < expected.data.length; i++) {
    if (actual.data[i] !== 0 && expected.data[i] === 0) here++;
    if (actual.data[i] === 0 && expected.data[i] !== 0) there++;
  }
  return [here, there];
}

function sortedRows({ shape, data }: HostTensor): HostTensor {
  const width = shape.at(-1)!;
  const sorted = Float64Array.from({ length: data.length }, (_, i) => data[i]!);
  for (let row = 0; row < sorted.length; row += width) sorted.subarray(row, row + width).sort();
  return { shape, data: sorted };
}

function range(start: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => start + i);
}
