import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { compileLibraryProgram } from "../library/registry.ts";
import { transformerLensConfig } from "./config-json.ts";
import { safetensorsBytes } from "./safetensors.ts";
import { saveModel } from "./save-model.ts";

const model = compileLibraryProgram("xproportion");
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "tracr-save-"));
});
afterAll(() => rm(directory, { recursive: true }));

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

function parse(bytes: Uint8Array): { header: Record<string, Entry>; view: DataView } {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  expect(length % 8).toBe(0);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  return { header, view: new DataView(bytes.buffer, bytes.byteOffset + 8 + length) };
}

test.each(["F32", "F64"] as const)("safetensors bytes in %s hold every weight", (dtype) => {
  const { header, view } = parse(safetensorsBytes(model.weights, dtype));
  expect(Object.keys(header)).toEqual(Object.keys(model.weights));
  let end = 0;
  for (const [name, { shape, data }] of Object.entries(model.weights)) {
    const entry = header[name]!;
    expect(entry).toMatchObject({ dtype, shape });
    expect(entry.data_offsets[0]).toBe(end);
    end = entry.data_offsets[1];
    const size = dtype === "F32" ? 4 : 8;
    data.forEach((x, i) => {
      const at = entry.data_offsets[0] + i * size;
      expect(dtype === "F32" ? view.getFloat32(at, true) : view.getFloat64(at, true)).toBe(
        dtype === "F32" ? Math.fround(x) : x,
      );
    });
  }
  expect(view.byteLength).toBe(end);
});

test("a saved folder has config, weights and vocabulary, and nothing else", async () => {
  await saveModel(model, join(directory, "x"), { dtype: "F64" });
  const folder = join(directory, "x");
  expect((await readdir(folder)).sort()).toEqual(["config.json", "model.safetensors", "tracr.json"]);
  const config = JSON.parse(await readFile(join(folder, "config.json"), "utf8"));
  expect(config).toEqual(transformerLensConfig(model));
  expect(config).toMatchObject({
    n_layers: 2,
    d_model: 14,
    d_head: 7,
    d_mlp: 1,
    n_ctx: 6,
    d_vocab: 6,
    d_vocab_out: 1,
    act_fn: "relu",
    normalization_type: null,
    attention_dir: "bidirectional",
    attn_scale: Math.sqrt(7),
  });
  const vocabulary = JSON.parse(await readFile(join(folder, "tracr.json"), "utf8"));
  expect(vocabulary).toMatchObject({
    tokens: ["BOS", "compiler_pad", "w", "x", "y", "z"],
    bos: "BOS",
    pad: "compiler_pad",
    outputEncoding: "numerical",
    outputValues: [],
  });
  expect(new Uint8Array(await readFile(join(folder, "model.safetensors")))).toEqual(
    safetensorsBytes(model.weights, "F64"),
  );
});

test("a causal model says so", () => {
  expect(transformerLensConfig(compileLibraryProgram("hist", { causal: true })).attention_dir).toBe("causal");
});
