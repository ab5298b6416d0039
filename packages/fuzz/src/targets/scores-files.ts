import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Graph, PruneScores } from "@autocircuit/core";
import fc from "fast-check";
import { byteEdits, editBytes } from "../inputs/edit-bytes.ts";
import { documentEdits, editDocument } from "../inputs/edit-json.ts";
import { scratchFolder } from "../inputs/scratch.ts";
import { target, WrongResult } from "../target.ts";

const folder = scratchFolder();
const graphs = [
  Graph.of({ layers: 1, heads: 2, attnOnly: false, parallel: false }),
  Graph.of({ layers: 2, heads: 1, attnOnly: true, parallel: false }, { seqLen: 2 }),
];

/** The parts of a scores file, so that its header can be changed and still be of the right length. */
const bases = graphs.map(({ config, groups }) => {
  let offset = 0;
  const entries = groups.map(({ module, shape, size }) => {
    offset += 4 * size;
    return [module, { dtype: "F32", shape, data_offsets: [offset - 4 * size, offset] }] as const;
  });
  const description = { graph: config, algorithm: "test", options: {}, seed: 1 };
  return {
    description,
    header: Object.fromEntries(entries),
    data: new Uint8Array(new Float32Array(offset / 4).fill(0.5).buffer),
  };
});

export default target({
  name: "scores-files",
  about: "files of prune scores",
  input: fc.record({
    document: documentEdits(bases.length),
    description: documentEdits(1, ["graph", "seqLen"]),
    bytes: byteEdits,
    given: fc.boolean(),
  }),
  run: async ({ document, description, bytes, given }) => {
    const base = bases[document.base]!;
    const metadata = { autocircuit: JSON.stringify(editDocument(base.description, description.edits)) ?? "" };
    const header = editDocument({ __metadata__: metadata, ...base.header }, document.edits);
    const json = Buffer.from(JSON.stringify(header) ?? "");
    const length = new Uint8Array(new BigUint64Array([BigInt(json.length)]).buffer);
    const path = join(folder, "scores.safetensors");
    await writeFile(path, editBytes(Buffer.concat([length, json, base.data]), bytes));
    const scores = await PruneScores.load(path, given ? { graph: graphs[document.base]! } : {});
    if (scores.values.length !== scores.graph.edgeCount) throw new WrongResult("not a number an edge");
    if (scores.values.some(Number.isNaN)) throw new WrongResult("NaN among the scores");
  },
});
