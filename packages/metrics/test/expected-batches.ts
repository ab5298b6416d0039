import { setThreads, Tensor } from "@autocircuit/native";
import { caseTensors } from "../../core/test/conformance.ts";

// The tensors here are so small that a second thread only waits for the first, and for whatever else the machine does.
await setThreads(1);

/** Tensors of a conformance case's expected.safetensors by name: `[batches, ...]` split into one tensor a batch. */
export async function expectedBatches(name: string): Promise<(tensor: string) => Tensor[]> {
  const tensors = await caseTensors(name, "expected.safetensors");
  return (tensor) => {
    const { shape, values } = tensors.get(tensor)!;
    const size = values.length / shape[0]!;
    return Array.from({ length: shape[0]! }, (_, batch) =>
      Tensor.from(values.slice(batch * size, (batch + 1) * size), { shape: shape.slice(1) }),
    );
  };
}
