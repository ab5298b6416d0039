import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FloatTensors, safetensorsFile, version, writeWhole } from "@autocircuit/base";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Graph } from "../graph/graph.ts";
import { PruneScores } from "./prune-scores.ts";

const writeSafetensors = (path: string, content: FloatTensors) => writeWhole(path, safetensorsFile(content));

const graph = Graph.of({ layers: 2, heads: 2, kvHeads: 1, attnOnly: false, parallel: false }, { seqLen: 3 });
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
  type Header = Record<string, { dtype: string; shape: number[]; data_offsets: number[] }>;
  const module = "blocks.0.hook_mlp_in";
  const whole = async () => {
    await scores.save(path);
    return readFile(path);
  };
  const refused = async (message: RegExp) => {
    const error = await PruneScores.load(path).catch((reason) => reason);
    expect(error).toMatchObject({ name: "AutocircuitError", code: "bad-file" });
    expect(error.message).toMatch(message);
    expect(error.message).toContain(path);
  };
  /** The file with another header, and bytes after the data. */
  const withHeader = async (change: (header: Header) => unknown, more = 0) => {
    const bytes = await whole();
    const start = 8 + Number(bytes.readBigUInt64LE());
    const header = JSON.parse(bytes.toString("utf8", 8, start));
    const json = Buffer.from(JSON.stringify(change(header)));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(json.length));
    await writeFile(path, Buffer.concat([length, json, bytes.subarray(start), Buffer.alloc(more)]));
  };

  it.each<[string, (bytes: Buffer) => Buffer, RegExp]>([
    ["empty", () => Buffer.alloc(0), /0 bytes long/],
    ["header cut off", (bytes) => bytes.subarray(0, 40), /says its header has/],
    ["data cut off", (bytes) => bytes.subarray(0, -4), /Truncated/],
    ["header not JSON", (bytes) => Buffer.concat([bytes.subarray(0, 8), Buffer.from("}"), bytes.subarray(9)]), /JSON/],
    ["NaN", (bytes) => Buffer.concat([bytes.subarray(0, -4), Buffer.from([0, 0, 192, 127])]), /Resid End \[2\] is NaN/],
  ])("%s", async (_title, change, message) => {
    await writeFile(path, change(await whole()));
    await refused(message);
  });

  it.each<[string, (header: Header) => unknown, RegExp, number?]>([
    ["header null", () => null, /not a JSON object/],
    ["header a list", () => [1], /not a JSON object/],
    ["header a text", () => "x", /not a JSON object/],
    ["metadata null", (h) => ({ ...h, __metadata__: null }), /`__metadata__` is not an object/],
    ["metadata a number", (h) => ({ ...h, __metadata__: 3 }), /`__metadata__` is not an object/],
    ["metadata an object within", (h) => ({ ...h, __metadata__: { autocircuit: {} } }), /is not text/],
    ["an entry null", (h) => ({ ...h, [module]: null }), /entry is not an object/],
    ["an entry a number", (h) => ({ ...h, [module]: 3 }), /entry is not an object/],
    ["a shape that is none", (h) => ({ ...h, [module]: { ...h[module], shape: "x" } }), /not a list of sizes/],
    ["a shape too large", (h) => ({ ...h, [module]: { ...h[module], shape: [3, 4] } }), /needs 48 bytes/],
    ["overlapping tensors", (h) => ({ ...h, "blocks.0.hook_v_input": h["blocks.0.hook_k_input"] }), /overlaps/],
    ["a hole", ({ [module]: _, ...rest }) => rest, /belong to none/],
    ["bytes of no tensor", (h) => h, /100 bytes after .* belong to no tensor/, 100],
    ["a graph without counts", (h) => ({ ...h, __metadata__: { autocircuit: "{}" } }), /description of the graph/],
    ["a graph of nothing", (h) => ({ ...h, __metadata__: { autocircuit: "null" } }), /description of the graph/],
    ["a flag that is a text", (h) => withGraph(h, { attnOnly: "no" }), /`attnOnly` must be true or false, .*"no"/],
    ["a graph too large", (h) => withGraph(h, { layers: 1e6 }), /1,000,000 layers .* at most/],
    ["positions without end", (h) => withGraph(h, { seqLen: 1e9 }), /1,000,000,000 positions.* at most/],
  ])("%s", async (_title, change, message, more) => {
    await withHeader(change, more);
    await refused(message);
  });

  const withGraph = ({ __metadata__, ...rest }: Header, changes: object) => {
    const info = JSON.parse((__metadata__ as unknown as { autocircuit: string }).autocircuit);
    return {
      ...rest,
      __metadata__: { autocircuit: JSON.stringify({ ...info, graph: { ...info.graph, ...changes } }) },
    };
  };

  it("of before, which call the graph's seqLen tokens, are read", async () => {
    await scores.save(path);
    await withHeader((header) => withGraph(header, { seqLen: undefined, tokens: graph.seqLen }));
    expect((await PruneScores.load(path)).graph.equals(graph)).toBe(true);
  });

  it("modules missing, too many, or of another shape", async () => {
    const metadata = { autocircuit: JSON.stringify({ graph: graph.config }) };
    const modules = [...scores.modules()];
    const write = (tensors: typeof modules) => writeSafetensors(path, { tensors: new Map(tensors), metadata });
    await write(modules.filter(([name]) => name !== module));
    await refused(/no scores for `blocks.0.hook_mlp_in`/);
    await write([...modules, ["more", { shape: [1], values: new Float32Array(1) }]]);
    await refused(/scores for more, which the graph does not have/);
    await write(modules.map(([name, { values }]) => [name, { shape: [values.length], values }]));
    await refused(/has shape \[6\], the graph needs \[3,2,1\]/);
  });

  it("missing, or of another graph", async () => {
    await expect(PruneScores.load(path)).rejects.toMatchObject({ code: "not-found" });
    await scores.save(path);
    await expect(PruneScores.load(path, { graph: graph.byToken(4) })).rejects.toThrow(/seqLen is 3, wanted 4/);
  });
});
