import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Graph } from "../graph/graph.ts";
import { version } from "../version.ts";
import { PruneScores } from "./prune-scores.ts";
import { writeSafetensors } from "./safetensors.ts";

const graph = Graph.of({ layers: 2, heads: 2, kvHeads: 1, attnOnly: false, parallel: false }, { tokens: 3 });
const scores = new PruneScores(
  graph,
  Float32Array.from({ length: graph.edgeCount }, (_, index) =>
    index === 5 ? Number.POSITIVE_INFINITY : index / 7 - 3,
  ),
  { task: "toy", algorithm: "acdc", options: { taus: [0.1] }, seed: 3 },
);

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "autocircuit-"));
  path = join(folder, "scores.safetensors");
});
afterEach(() => rm(folder, { recursive: true }));

describe("scores files", () => {
  it("come back as they were, with where they came from", async () => {
    await scores.save(path, { seed: 4 });
    const loaded = await PruneScores.load(path);
    expect(loaded.graph.equals(graph)).toBe(true);
    expect(loaded.values).toEqual(scores.values);
    expect(loaded.info).toEqual({ ...scores.info, seed: 4, versions: { "@autocircuit/core": version } });
    expect(await readdir(folder)).toEqual(["scores.safetensors"]);
  });

  it("are safetensors with one tensor per module in the reference's shape", async () => {
    await scores.save(path);
    const bytes = await readFile(path);
    const length = Number(bytes.readBigUInt64LE());
    const header = JSON.parse(bytes.toString("utf8", 8, 8 + length));
    expect(length % 8).toBe(0);
    expect(header["blocks.1.hook_q_input"]).toMatchObject({ dtype: "F32", shape: [3, 2, 4] });
    expect(JSON.parse(header.__metadata__.autocircuit).graph).toEqual(graph.config);
  });

  it("of other programs are read when the graph is given", async () => {
    const tensors = [...scores.modules()].reverse();
    await writeSafetensors(path, { tensors: new Map(tensors), metadata: {} });
    expect((await PruneScores.load(path, { graph })).values).toEqual(scores.values);
    await expect(PruneScores.load(path)).rejects.toThrow(/does not say which graph/);
  });

  it("leave nothing behind when they cannot be written", async () => {
    await expect(scores.save(join(folder, "no", "such", "place"))).rejects.toMatchObject({ code: "bad-file" });
    const broken = new PruneScores(graph);
    broken.values[0] = Number.NaN;
    await expect(broken.save(path)).rejects.toThrow(/Resid Start->A0.0.Q \[0\] is NaN/);
    expect(await readdir(folder)).toEqual([]);
  });
});

describe("unusable scores files say why", () => {
  const damage = async (change: (bytes: Buffer) => Buffer) => {
    await scores.save(path);
    await writeFile(path, change(await readFile(path)));
    return PruneScores.load(path);
  };
  const withHeader = (change: (header: Record<string, never>) => unknown) => (bytes: Buffer) => {
    const start = 8 + Number(bytes.readBigUInt64LE());
    const header = JSON.parse(bytes.toString("utf8", 8, start));
    const json = Buffer.from(JSON.stringify(change(header) ?? header));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(json.length));
    return Buffer.concat([length, json, bytes.subarray(start)]);
  };
  const module = "blocks.0.hook_mlp_in";

  it.each<[string, (bytes: Buffer) => Buffer, RegExp]>([
    ["empty", () => Buffer.alloc(0), /0 bytes, too few/],
    ["header cut off", (bytes) => bytes.subarray(0, 40), /header should have/],
    ["data cut off", (bytes) => bytes.subarray(0, -4), /cut off/],
    [
      "header not JSON",
      (bytes) => Buffer.concat([bytes.subarray(0, 8), Buffer.from("}"), bytes.subarray(9)]),
      /not JSON/,
    ],
    ["NaN", (bytes) => Buffer.concat([bytes.subarray(0, -4), Buffer.from([0, 0, 192, 127])]), /Resid End \[2\] is NaN/],
    ["other dtype", withHeader((h) => ({ ...h, [module]: { dtype: "F64", shape: [1], data_offsets: [0, 8] } })), /F64/],
    [
      "bad entry",
      withHeader((h) => ({ ...h, [module]: { dtype: "F32", shape: "x", data_offsets: [0] } })),
      /malformed/,
    ],
    [
      "wrong length",
      withHeader((h) => ({ ...h, [module]: { dtype: "F32", shape: [3, 3], data_offsets: [0, 4] } })),
      /36 bytes/,
    ],
    [
      "wrong shape",
      withHeader((h) => ({ ...h, [module]: { dtype: "F32", shape: [1], data_offsets: [0, 4] } })),
      /needs \[3,3\]/,
    ],
    ["module missing", withHeader(({ [module]: _, ...rest }) => rest), /no scores for `blocks.0.hook_mlp_in`/],
    [
      "module too many",
      withHeader((h) => ({ ...h, more: { dtype: "F32", shape: [1], data_offsets: [0, 4] } })),
      /scores for more/,
    ],
    ["graph malformed", withHeader((h) => ({ ...h, __metadata__: { autocircuit: "{}" } })), /description of the graph/],
  ])("%s", async (_title, change, message) => {
    const error = await damage(change).catch((reason) => reason);
    expect(error.message).toMatch(message);
    expect(error.message).toContain(path);
    expect(error.code).toBe("bad-file");
  });

  it("missing, or of another graph", async () => {
    await expect(PruneScores.load(path)).rejects.toMatchObject({ code: "not-found" });
    await scores.save(path);
    await expect(PruneScores.load(path, { graph: graph.byToken(4) })).rejects.toThrow(/tokens is 3, wanted 4/);
  });
});
