import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { setThreads, Tensor } from "@autocircuit/native";

// The tensors here are so small that a second thread only waits for the first, and for whatever else the machine does.
await setThreads(1);

const folder =
  process.env.AUTOCIRCUIT_CONFORMANCE ?? fileURLToPath(new URL("../../../../shared/conformance", import.meta.url));

/** Cases that have circuit runs. */
export const cases = ["attn-only", "gpt2-like", "pythia-like", "brackets", "sorted-list"].filter((name) =>
  existsSync(`${folder}/autocircuit/${name}/expected.safetensors`),
);

/** A JSON file of a case. */
// biome-ignore lint/suspicious/noExplicitAny: the shape of each file is described in the README beside the cases
export function readCase(name: string, file: string): any {
  return JSON.parse(readFileSync(`${folder}/autocircuit/${name}/${file}`, "utf8"));
}

/** Float32 tensors of a case's expected.safetensors, by name; `[batches, ...]` split into one tensor a batch. */
export function expectedBatches(name: string): (tensor: string) => Tensor[] {
  const file = readFileSync(`${folder}/autocircuit/${name}/expected.safetensors`);
  const headerLength = Number(file.readBigUInt64LE());
  const header = JSON.parse(file.toString("utf8", 8, 8 + headerLength));
  return (tensor) => {
    const { shape, data_offsets: offsets } = header[tensor] as { shape: number[]; data_offsets: [number, number] };
    const bytes = Uint8Array.from(file.subarray(8 + headerLength + offsets[0], 8 + headerLength + offsets[1]));
    const values = new Float32Array(bytes.buffer);
    const size = values.length / shape[0]!;
    return Array.from({ length: shape[0]! }, (_, batch) =>
      Tensor.from(values.slice(batch * size, (batch + 1) * size), { shape: shape.slice(1) }),
    );
  };
}
