import type { CircuitReport, ReportGraph, ReportNode, ReportScoredEdge } from "../src/index.ts";

interface Shape {
  readonly layers: number;
  readonly heads: number;
  readonly attnOnly?: boolean;
  readonly parallel?: boolean;
  readonly seqLen?: number;
  readonly separateQkv?: boolean;
}

/** The factorized graph of a transformer, with the node lists as the core package makes them. */
export function graphOf({
  layers,
  heads,
  attnOnly = false,
  parallel = false,
  seqLen,
  separateQkv = true,
}: Shape): ReportGraph {
  const sources: ReportNode[] = [{ name: "Resid Start", layer: 0, head: null }];
  const destinations: ReportNode[] = [];
  let layer = 0;
  for (let l = 0; l < layers; l++) {
    layer++;
    for (const port of separateQkv ? [".Q", ".K", ".V"] : [""]) {
      for (let h = 0; h < heads; h++) destinations.push({ name: `A${l}.${h}${port}`, layer, head: h });
    }
    for (let h = 0; h < heads; h++) sources.push({ name: `A${l}.${h}`, layer, head: h });
    if (attnOnly) continue;
    if (!parallel) layer++;
    sources.push({ name: `MLP ${l}`, layer, head: null });
    destinations.push({ name: `MLP ${l}`, layer, head: null });
  }
  destinations.push({ name: "Resid End", layer: layer + 1, head: null });
  let edgeCount = 0;
  for (const src of sources) edgeCount += destinations.filter((dest) => src.layer < dest.layer).length;
  return {
    layers,
    heads,
    attnOnly,
    parallel,
    nodes: { sources, destinations },
    edgeCount: edgeCount * (seqLen ?? 1),
    seqLen: seqLen ?? null,
  };
}

/** The node graph (unfactorized) of a transformer without MLPs. */
export function nodeGraphOf(layers: number, heads: number): ReportGraph {
  const sources: ReportNode[] = [{ name: "Resid Start", layer: 0, head: null }];
  const destinations: ReportNode[] = [];
  for (let l = 0; l < layers; l++) {
    for (let h = 0; h < heads; h++) sources.push({ name: `A${l}.${h}`, layer: l, head: h });
    const end = { name: l === layers - 1 ? "Resid End" : `Resid Post ${l}`, layer: l + 1, head: null };
    if (l < layers - 1) sources.push(end);
    destinations.push(end);
  }
  return {
    layers,
    heads,
    attnOnly: true,
    parallel: false,
    nodes: { sources, destinations },
    edgeCount: layers * (heads + 1),
    seqLen: null,
  };
}

/** Repeatable pseudo-random numbers in [0, 1). */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** `count` different edges of a graph with heavy-tailed scores, favouring a few busy nodes as real circuits do. */
export function randomEdges(graph: ReportGraph, count: number, seed = 1): ReportScoredEdge[] {
  const next = random(seed);
  const busy = new Map([...graph.nodes.sources, ...graph.nodes.destinations].map((node) => [node.name, next() ** 3]));
  busy.set("Resid Start", 0.6).set("Resid End", 1.5);
  const all: ReportScoredEdge[] = [];
  for (const src of graph.nodes.sources) {
    for (const dest of graph.nodes.destinations) {
      if (src.layer >= dest.layer) continue;
      for (let token = 0; token < (graph.seqLen ?? 1); token++) {
        const score = (busy.get(src.name)! + 0.05) * (busy.get(dest.name)! + 0.05) * next() ** 4;
        const sign = next() < 0.5 ? -1 : 1;
        all.push({
          edge: `${src.name}->${dest.name}`,
          token: graph.seqLen === null ? null : token,
          score: score * sign,
        });
      }
    }
  }
  return all.sort((a, b) => Math.abs(b.score) - Math.abs(a.score)).slice(0, count);
}

const versions = { "@autocircuit/native": "0.1.0", LibTorch: "2.11.0", Node: "20.20.2" };

/** A report with the parts that every test needs. */
export function reportOf(parts: Partial<CircuitReport> & Pick<CircuitReport, "graph" | "circuit">): CircuitReport {
  return {
    title: "A circuit",
    task: "sample",
    algorithm: "acdc",
    options: {},
    notes: [],
    seconds: 1.2,
    peakMemoryBytes: 200 * 2 ** 20,
    versions,
    ...parts,
  };
}

const reverseLabels = ["BOS", "1", "2", "3", "4", "5"];

/** tracr-reverse: two edges of 77, found exactly. */
export function reverseReport(): CircuitReport {
  const edges = ["Resid Start->A3.0.V", "A3.0->Resid End"];
  return reportOf({
    title: "tracr-reverse: the circuit that ACDC finds",
    task: "tracr-reverse",
    options: { taus: [1e-3, 1e-2], faithfulness: "kl-div", ablation: "resample", seed: 0, "by token": false },
    graph: graphOf({ layers: 4, heads: 1 }),
    circuit: edges.map((edge) => ({ edge, token: null, score: Number.POSITIVE_INFINITY })),
    known: {
      name: "tracr_reverse_true_edges",
      origin: "Conmy et al. 2023, Towards Automated Circuit Discovery for Mechanistic Interpretability, appendix",
      edges: edges.map((edge) => ({ edge, token: null })),
    },
    notes: [
      "Head A3.0 alone moves every token to its mirrored position: the compiled program needs no other component to write the answer.",
      "With zero ablation the circuit does not keep the output: zero is not a value the model ever sees on the queries of A3.0.",
    ],
    ablationTable: [
      { circuit: "known", ablation: "resample", kl: 0, maxAbsDiff: 0, kept: true },
      { circuit: "known", ablation: "zero", kl: 0.09191808849573135, maxAbsDiff: 0.8333327174186707, kept: false },
      { circuit: "known", ablation: "tokenwise mean (corrupt)", kl: 0, maxAbsDiff: 0, kept: true },
    ],
    command: "autocircuit discover tracr-reverse --algorithm acdc --taus 1e-3,1e-2 --report out/reverse",
    seconds: 0.412,
  });
}

/** tracr-reverse by token: ten edges found at positions 1 to 5, eight known at 1, 2, 4, 5. */
export function reverseByTokenReport(): CircuitReport {
  const names = ["Resid Start->A3.0.V", "A3.0->Resid End"];
  const at = (tokens: number[]) => tokens.flatMap((token) => names.map((edge) => ({ edge, token })));
  return reportOf({
    title: "tracr-reverse by token: the circuit that ACDC finds",
    task: "tracr-reverse",
    options: { taus: [1e-3], faithfulness: "kl-div", ablation: "resample", "by token": true },
    graph: graphOf({ layers: 4, heads: 1, seqLen: 6 }),
    tokenLabels: reverseLabels,
    circuit: at([1, 2, 3, 4, 5]).map((edge) => ({ ...edge, score: Number.POSITIVE_INFINITY })),
    known: {
      name: "tracr_reverse_true_edges",
      origin: "AutoCircuit, tracr-reverse, by token",
      edges: at([1, 2, 4, 5]),
    },
    notes: [
      "The known by-token circuit uses positions 1, 2, 4 and 5. Position 3, the middle of the sequence, mirrors onto itself: ablating it changes the output there, so the known circuit does not keep the full model's output.",
      "The circuit found has position 3 as well, and keeps the output exactly.",
    ],
    divergence: {
      metric: "KL(full model || circuit), nats",
      rows: [
        { name: "found circuit, resample", value: 0, "max |difference|": 0, agreement: 1 },
        {
          name: "known circuit, resample",
          value: 0.0480048693716526,
          "max |difference|": 0.9999994,
          agreement: 0.868,
        },
      ],
    },
    ablationTable: [
      { circuit: "found", ablation: "resample", kl: 0, maxAbsDiff: 0, kept: true },
      {
        circuit: "known",
        ablation: "resample",
        kl: 0.0480048693716526,
        maxAbsDiff: 0.9999994039535522,
        kept: false,
      },
      { circuit: "known", ablation: "tokenwise mean (corrupt)", kl: 0.0251, maxAbsDiff: 0.7045, kept: false },
    ],
    command: "autocircuit discover tracr-reverse --by-token --algorithm acdc --taus 1e-3 --report out/reverse-by-token",
    seconds: 2.31,
  });
}

/** tracr-xproportion: one known edge missed, one extra. */
export function xproportionReport(): CircuitReport {
  const known = ["Resid Start->MLP 0", "MLP 0->A1.0.V", "A1.0->Resid End"];
  return reportOf({
    title: "tracr-xproportion: edges that edge attribution patching puts first",
    task: "tracr-xproportion",
    algorithm: "edge attribution patching",
    options: { grad: "logit", answer: "mean-squared-error", size: 3 },
    graph: graphOf({ layers: 2, heads: 1 }),
    circuit: [
      { edge: "A1.0->Resid End", token: null, score: 0.4821 },
      { edge: "MLP 0->A1.0.V", token: null, score: -0.2177 },
      { edge: "Resid Start->A1.0.K", token: null, score: 0.0312 },
    ],
    known: {
      name: "tracr_xproportion_official_edges",
      origin: "Conmy et al. 2023, appendix",
      edges: known.map((edge) => ({ edge, token: null })),
    },
    seconds: 0.08,
  });
}

/** A graph of GPT-2 small's size with many edges and no known circuit. */
export function gpt2Report(count = 300): CircuitReport {
  const graph = graphOf({ layers: 12, heads: 12 });
  const sizes = [0, 1, 2, 5, 10, 20, 50, 100, 200, 300, 500, 1000, 3000, 10000, 32491];
  const curve = (series: string, rate: number) =>
    sizes.map((size) => ({
      size,
      series,
      value: 3.1 * Math.exp(-rate * Math.log1p(size)) * (size === 32491 ? 0 : 1),
    }));
  return reportOf({
    title: "Indirect object identification in GPT-2 small",
    task: "ioi",
    algorithm: "mask gradient, integrated over 5 steps",
    options: { grad: "logit", answer: "avg-diff", "integrated samples": 5, size: count, promptCount: 200 },
    graph,
    circuit: randomEdges(graph, count),
    curve: {
      metric: "KL(full model || circuit)",
      unit: "nats",
      points: [
        ...curve("mask gradient, ig 5", 0.42),
        ...curve("edge attribution patching", 0.3),
        ...curve("random", 0.06),
      ],
      baseline: { name: "everything ablated", value: 3.1 },
      edgeScale: "log",
    },
    divergence: {
      metric: "logit difference, % of the full model",
      rows: [
        { name: "300 edges, resample", value: 91.2, ablation: "resample" },
        { name: "300 edges, mean", value: 88.7, ablation: "mean" },
      ],
    },
    seconds: 93.4,
    peakMemoryBytes: 1.4 * 2 ** 30,
    command: "autocircuit discover ioi --algorithm mask-gradient --ig 5 --size 300 --report out/ioi",
  });
}

/** An attention-only model of two layers by token, with found, missed and extra edges. */
export function attentionOnlyReport(): CircuitReport {
  const graph = graphOf({ layers: 2, heads: 4, attnOnly: true, seqLen: 9 });
  const circuit = randomEdges(graph, 26, 7).filter((edge) => edge.token !== 0);
  const other = randomEdges(graph, 34, 7).filter((edge) => edge.token !== 0);
  return reportOf({
    title: "Induction in an attention-only model, by token",
    task: "induction",
    graph,
    tokenLabels: ["BOS", "When", " Mary", " and", " John", " went", " to", " the", " store"],
    circuit,
    known: {
      name: "induction heads",
      origin: "an example",
      edges: other.filter((_, i) => i % 5 !== 0).map(({ edge, token }) => ({ edge, token })),
    },
  });
}

/** A long model by token: edges at some positions of many, as those of real prompts are, with most and the strongest at the first named. */
export function longByTokenReport(tokens: number, at: readonly number[], heads = 9, count = 300): CircuitReport {
  const next = random(3);
  const circuit = randomEdges(graphOf({ layers: 30, heads }), count, 7).map(({ edge, score }) => {
    const token = at[Math.floor(next() ** 2 * at.length)]!;
    return { edge, token, score: score / (at.indexOf(token) + 1) };
  });
  const tokenLabels = Array.from({ length: tokens }, (_, token) => ` word${token}`);
  return reportOf({ graph: graphOf({ layers: 30, heads, seqLen: tokens }), circuit, tokenLabels });
}
