import { Graph } from "@autocircuit/core";
import { describe, expect, it } from "vitest";
import { graphTable } from "../../server/graph-table.ts";
import { graphSvg } from "../keep/graph-svg.ts";
import { edgeCurve } from "./curve.ts";
import { EdgeTable } from "./edge-table.ts";
import { shownEdges } from "./shown-edges.ts";
import { type LatentChoice, mostLatents, strongLatents } from "./strong-latents.ts";
import { themes } from "./theme.ts";
import { transformerScene } from "./transformer-scene.ts";

const small = { layers: 3, heads: 4, attnOnly: false, parallel: false };

const ofLatents = Graph.of({ ...small, latents: [9, 3, 4], latentErrors: true });
const source = (name: string) => ofLatents.sources.findIndex((own) => own.name === name);
const choice: LatentChoice = {
  own: ["MLP 0 Latent 8", "MLP 0 Latent 2", "MLP 2 Latent 0"].map(source),
  others: { "MLP 0 Latents": 4 },
};

const everywhere = Graph.of({
  ...small,
  ...{ latents: [2, 3, 0], attentionLatents: [5, 3, 4], streamLatents: [7, 0, 2], latentErrors: true },
});
const choiceEverywhere: LatentChoice = {
  own: ["Resid Post 0 Latent 6", "Resid Post 0 Latent 1", "Attention 1 Latent 2", "MLP 0 Latent 1"].map((name) =>
    everywhere.sources.findIndex((own) => own.name === name),
  ),
  others: { "Resid Post 0 Latents": 3, "Attention 1 Latents": 1 },
};

const graphs: [string, Graph, LatentChoice?][] = [
  ["queries, keys and values apart", Graph.of(small)],
  ["one input a head", Graph.of(small, { separateQkv: false })],
  ["keys and values that heads share", Graph.of({ ...small, kvHeads: 2 })],
  ["the same, each head its own", Graph.of({ ...small, kvHeads: 2 }, { ungrouped: true })],
  ["by token", Graph.of(small, { seqLen: 3 })],
  ["parallel blocks", Graph.of({ ...small, parallel: true })],
  ["without MLPs", Graph.of({ ...small, attnOnly: true })],
  ["along the residual stream", Graph.of(small, { factorized: false })],
  ["latents in the MLPs' places", Graph.of({ ...small, latents: [5, 3, 4], latentErrors: true })],
  ["some latents by themselves", ofLatents, choice],
  ["the same by token", Graph.of({ ...small, latents: [9, 3, 4] }, { seqLen: 2 }), choice],
  ["latents in the heads' places", Graph.of({ ...small, attentionLatents: [5, 0, 4], latentErrors: true })],
  [
    "latents in both",
    Graph.of({ ...small, latents: [2, 3, 0], attentionLatents: [5, 3, 4], latentErrors: true }, { separateQkv: false }),
  ],
  [
    "latents of the residual stream above keys and values that heads share",
    Graph.of({ ...small, kvHeads: 2, streamLatents: [5, 1, 4] }),
  ],
  ["latents of the residual stream", Graph.of({ ...small, streamLatents: [5, 0, 4], latentErrors: true })],
  [
    "latents everywhere, by token",
    Graph.of(
      { ...small, latents: [2, 3, 0], attentionLatents: [5, 3, 4], streamLatents: [0, 4, 2], latentErrors: true },
      { seqLen: 2 },
    ),
  ],
  ["some latents of each kind by themselves", everywhere, choiceEverywhere],
  ["latents of attention without errors", Graph.of({ ...small, attnOnly: true, attentionLatents: [5, 3, 4] })],
];

describe.each(graphs)("the picture of a graph: %s", (_, graph, latents) => {
  const edges = new EdgeTable(graphTable(graph, 3));
  const scene = transformerScene(edges, [], latents);

  it("numbers and names edges as the library does", () => {
    expect(edges.count).toBe(graph.edgeCount);
    expect(Array.from({ length: edges.count }, (_, edge) => edges.name(edge))).toEqual(
      Array.from(graph.edges(), (edge) => edge.toString()),
    );
  });

  it("draws every edge upwards, from a node of its source to one of its destination", () => {
    const p = new Float64Array(8);
    for (const edge of graph.edges()) {
      const from = scene.nodes[scene.from[edge.index]!]!;
      const to = scene.nodes[scene.to[edge.index]!]!;
      expect(from.parts).toContain(edge.src.name);
      expect(to.parts).toContain(edge.dest.name);
      edgeCurve(scene, edge.index, p);
      expect(p.every(Number.isFinite)).toBe(true);
      expect(p[1]).toBeGreaterThan(p[7]!);
    }
  });

  it("lays no box over another", () => {
    for (const [index, a] of scene.nodes.entries()) {
      for (const b of scene.nodes.slice(index + 1)) {
        const apart =
          Math.abs(a.x - b.x) >= (a.width + b.width) / 2 || Math.abs(a.y - b.y) >= (a.height + b.height) / 2;
        expect(apart, `${a.name} and ${b.name}`).toBe(true);
      }
    }
  });
});

describe("captions that are the first prompt's tokens", () => {
  const edges = new EdgeTable(graphTable(Graph.of(small, { seqLen: 3 }), 3));
  const svg = (varying: readonly number[]) => {
    const scene = transformerScene(edges, ["The", " cat", "*"], undefined, varying);
    return graphSvg(scene, shownEdges(Uint32Array.of(0), null), new Set(), themes.light, "three words");
  };

  it("are marked in the drawing where other prompts have others, and it says what the mark means", () => {
    expect(svg([1])).toContain("> cat*</text>");
    expect(svg([1])).toContain(">The</text>");
    expect(svg([1])).toContain("*: the first prompt's token");
  });

  it("have no mark, and it no word of one, where all prompts have them", () => {
    expect(svg([])).toContain("> cat</text>");
    expect(svg([])).not.toContain("first prompt");
  });
});

describe("latents that are drawn by themselves", () => {
  const edges = new EdgeTable(graphTable(ofLatents, 3));

  it("stand beside their block's node, which says how many others of the circuit it stands for", () => {
    const scene = transformerScene(edges, [], choice);
    const of = (name: string) => scene.nodes.find((node) => node.name === name)!;
    expect([of("MLP 0 Latent 8").label, of("MLP 0 Latents").label, of("MLP 1 Latents").label]).toEqual([
      "L8",
      "+4",
      "latents",
    ]);
    expect(of("MLP 0 Latent 8").parts).toEqual(["MLP 0 Latent 8"]);
    expect(of("MLP 0 Latents").parts).not.toContain("MLP 0 Latent 8");
    expect(of("MLP 0 Latent 2").x).toBeGreaterThan(of("MLP 0 Latent 8").x);
  });

  it("of attention and of the stream stand above what they are of, each with its error", () => {
    const scene = transformerScene(new EdgeTable(graphTable(everywhere, 3)), [], choiceEverywhere);
    const of = (name: string) => scene.nodes.find((node) => node.name === name)!;
    const labels = ["Resid Post 0 Latent 6", "Resid Post 0 Latents", "Resid Post 0 Error", "Attention 1 Latents"];
    expect(labels.map((name) => of(name).label)).toEqual(["L6", "+3", "error", "+1"]);
    expect(of("Resid Post 0").parts).toEqual(["Resid Post 0"]);
    for (const name of ["Resid Post 0 Latent 6", "Resid Post 0 Latents", "Resid Post 0 Error"]) {
      expect(of(name).y).toBe(of("Resid Post 0 Latent 1").y);
      expect(of(name).y + of(name).height / 2).toBeLessThanOrEqual(
        of("Resid Post 0").y - of("Resid Post 0").height / 2,
      );
      expect(of(name).y - of(name).height / 2).toBeGreaterThan(of("A1.0").y + of("A1.0").height / 2);
    }
    expect(of("Attention 1 Latent 2").y).toBe(of("Attention 1 Error").y);
    expect(of("Attention 1 Latent 2").y).toBeLessThan(of("A1.0").y);
  });

  it("of each autoencoder are the strongest by themselves", () => {
    const edges = new EdgeTable(graphTable(everywhere, 3));
    const from = (source: RegExp) => [...everywhere.edges()].filter(({ src }) => source.test(src.name));
    const ofStream = from(/^Resid Post 0 /);
    const values = new Float32Array(everywhere.edgeCount);
    for (const { src, index } of ofStream) values[index] = src.kind === "stream-latent" ? 1 + src.head! : 9;
    const circuit = [...ofStream, ...from(/^Attention 0 Latent 4$/)].map(({ index }) => index);
    const { own, others } = strongLatents(edges, Uint32Array.from(circuit), values, new Set());
    expect(own.map((at) => edges.table.sources[at]!.name)).toEqual([
      ...[6, 5, 4, 3, 2].map((latent) => `Resid Post 0 Latent ${latent}`),
      "Attention 0 Latent 4",
    ]);
    expect(others).toEqual({ "Resid Post 0 Latents": 2 });
  });

  it("are those of the largest scores in the circuit, and those that a person has named", () => {
    const end = (latent: number) => ofLatents.index(`MLP 0 Latent ${latent}->Resid End`);
    const values = new Float32Array(ofLatents.edgeCount);
    const latents = [0, 1, 2, 3, 4, 5, 6];
    for (const latent of latents) values[end(latent)] = latent % 2 === 0 ? latent : -latent;
    // Of two edges the sum counts.
    const second = ofLatents.index("MLP 0 Latent 1->A1.0.Q");
    values[second] = -9;
    const circuit = Uint32Array.from([...latents.map(end), second]);
    const names = ({ own }: LatentChoice) => own.map((at) => edges.table.sources[at]!.name.replace("MLP ", ""));
    const strong = strongLatents(edges, circuit, values, new Set());
    expect(names(strong)).toEqual([1, 6, 5, 4, 3].map((latent) => `0 Latent ${latent}`));
    expect(names(strong)).toHaveLength(mostLatents);
    expect(strong.others).toEqual({ "MLP 0 Latents": 2 });
    const named = strongLatents(edges, circuit, values, new Set(["MLP 0 Latent 0", "MLP 2 Latent 3"]));
    expect(names(named).slice(mostLatents)).toEqual(["0 Latent 0", "2 Latent 3"]);
    expect(named.others).toEqual({ "MLP 0 Latents": 1 });
    expect(strongLatents(edges, new Uint32Array(), values, new Set())).toEqual({ own: [], others: {} });
    values[end(3)] = Number.NEGATIVE_INFINITY;
    expect(names(strongLatents(edges, circuit, values, new Set()))[0]).toBe("0 Latent 3");
  });
});
