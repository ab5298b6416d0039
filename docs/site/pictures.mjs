// node docs/site/pictures.mjs [FOLDER]: the pictures of the page of ideas, from compiled transformers, drawn by the report package. FOLDER is
// docs/images unless another is named.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { tasks } from "@autocircuit/circuits";
import { runCircuits } from "@autocircuit/core";
import { maskGradient } from "@autocircuit/discovery";
import { klDivergence } from "@autocircuit/metrics";
import { circuitSvg, curveSvg } from "@autocircuit/report";
import { DOCS } from "./lib/places.mjs";

const folder = process.argv[2] ?? join(DOCS, "images");
const write = (name, svg) => writeFileSync(join(folder, `${name}.svg`), svg);

/** A graph with some of its edges drawn, beside others if there are any. */
function picture({ graph }, title, edges, known) {
  const { layers, heads, attnOnly, parallel } = graph.config;
  const listed = (some) => some.map(({ name, token }) => ({ edge: name, token }));
  return circuitSvg(
    {
      ...{
        title,
        task: title,
        algorithm: "none",
        options: {},
        notes: [],
        versions: {},
        seconds: 0,
        peakMemoryBytes: 0,
      },
      circuit: listed(edges).map((edge) => ({ ...edge, score: 1 })),
      known: known && { name: "all", origin: "the graph", edges: listed(known) },
      graph: {
        ...{ layers, heads, attnOnly, parallel, edgeCount: graph.edgeCount, seqLen: graph.seqLen },
        nodes: { sources: graph.sources, destinations: graph.destinations },
      },
    },
    { header: false },
  );
}

/** The graph, one edge of it ablated, and the circuit. */
async function graphs() {
  const task = await tasks["tracr-xproportion"].load();
  const { graph } = task.model;
  const all = Array.from({ length: graph.edgeCount }, (_, index) => graph.edge(index));
  const without = all.filter(({ name }) => name !== "MLP 0->A1.0.V");
  write("idea-graph", picture(task.model, "All 23 edges", all).replace("in the circuit: 23", "edges: 23"));
  // The words of a comparison with a known circuit, for edges that are left alone and one that is ablated.
  const compared = picture(task.model, "One edge of 23 is ablated", without, all);
  write(
    "idea-ablation",
    compared
      .replace("in both circuits: 22", "as it is: 22")
      .replace("missed (known only): 1", "ablated: 1")
      .replace(/<g class="key extra".*?<\/text><\/g>/, ""),
  );
  write("idea-circuit", picture(task.model, "The circuit", task.knownEdges));
  await task[Symbol.asyncDispose]();
}

/** How far the circuit alone is from the model, by its size. */
async function faithfulness() {
  const task = await tasks["tracr-sort"].load();
  const sizes = [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 13, 20, 30, 46];
  const points = [];
  for (const ablation of ["resample", "zero"]) {
    const scores = await maskGradient(task.model, task.train, { steps: 5, ablation });
    const runs = await runCircuits(task.model, task.test, { scores, sizes, patch: "tree", ablation });
    for (const { size, value } of await klDivergence(task.model, task.test, runs))
      points.push({ size, value: Number(value.toPrecision(3)), series: ablation });
    runs[Symbol.dispose]();
  }
  await task[Symbol.asyncDispose]();
  const curve = { metric: "KL divergence from the full model", unit: "nats", points };
  write(
    "idea-faithfulness",
    await curveSvg(curve, { title: "tracr-sort: KL divergence against edges in the circuit" }),
  );
}

await graphs();
await faithfulness();
