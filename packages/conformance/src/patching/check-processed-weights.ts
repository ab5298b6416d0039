import { existsSync } from "node:fs";
import { join } from "node:path";
import { loadParts } from "@autocircuit/models";
import { ExpectedTensors } from "../read-safetensors.ts";
import type { HostTensor, Recorder } from "../recorder.ts";

/** The raw checkpoint, loaded with the default processing, must give the weights of the case. */
export async function checkProcessedWeights(raw: string, processed: string, recorder: Recorder): Promise<void> {
  if (!existsSync(raw)) return;
  const expected = new ExpectedTensors(join(processed, "model.safetensors"));
  const { weights } = await loadParts(raw);
  using owned = weights;
  for (const name of expected.names()) {
    const want = expected.get(name);
    const have = owned.has(name)
      ? { shape: owned.get(name).shape, data: (await owned.get(name).data()) as ArrayLike<number> }
      : neutral(name, want);
    recorder.tensor(`processed weights/${name}`, have, want);
  }
}

/** What a weight that was folded away stands for: a norm's scale of one, a bias of zero. */
function neutral(name: string, { shape, data }: HostTensor): HostTensor {
  return { shape, data: new Float32Array(data.length).fill(/\bln[^.]*\.w$/.test(name) ? 1 : 0) };
}
