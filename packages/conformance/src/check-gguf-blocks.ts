import { basename, dirname, join } from "node:path";
import { TENSOR_TYPES } from "@autocircuit/models";
import { readJson } from "./check-patching.ts";
import type { CaseFolder } from "./find-cases.ts";
import type { BlockType } from "./gguf-block-types.ts";
import { ExpectedTensors } from "./read-safetensors.ts";
import type { Recorder } from "./recorder.ts";

/** What values may differ by, as a share of the largest: sums of two products are rounded once here, twice elsewhere. */
const ROUNDING = 1e-6;

/**
 * Checks what blocks of GGUF types become: ids and sizes of the types, and for every `.../TYPE/bytes` the numbers beside it,
 * `.../TYPE/values`.
 */
export async function checkGgufBlocks({ path }: CaseFolder, recorder: Recorder): Promise<void> {
  const { types } = readJson(dirname(path), `${basename(path)}.json`) as { types: Record<string, BlockType> };
  for (const [name, { id, block, bytes }] of Object.entries(types)) {
    const type = TENSOR_TYPES[name];
    recorder.equal(`${name}/type`, type && [type.id, type.elements, type.bytes], [id, block, bytes]);
  }
  const tensors = new ExpectedTensors(join(dirname(path), `${basename(path)}.safetensors`));
  for (const name of tensors.byteNames()) {
    const values = name.replace(/bytes$/, "values");
    await recorder.attempt(values, () => checkBlocks(recorder, values, tensors, tensors.bytes(name)));
  }
}

function checkBlocks(recorder: Recorder, name: string, tensors: ExpectedTensors, bytes: Uint8Array): void {
  const typeName = name.split("/").at(-2) ?? "";
  const type = TENSOR_TYPES[typeName];
  if (!type) {
    recorder.record(name, false, `type ${typeName} is not read`);
    return;
  }
  const expected = tensors.get(name);
  const blocks = expected.data.length / type.elements;
  if (bytes.length !== blocks * type.bytes) {
    recorder.record(name, false, `${expected.data.length} numbers are not in ${bytes.length} bytes of ${typeName}`);
    return;
  }
  const data = new Float32Array(expected.data.length);
  type.dequantise(bytes, blocks, data, 0);
  recorder.within(ROUNDING).tensor(name, { shape: expected.shape, data }, expected);
}
