import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { tables as gpuTables } from "../../../scripts/gpu/table.mjs";
import { writePage } from "../lib/assemble.mjs";
import { DOCS, ROOT } from "../lib/places.mjs";

/** The page of benchmarks: what the kept reports of the suites make, each with processor, date and command. */
export async function benchmarksPage() {
  const bench = join(ROOT, "packages", "bench", "dist");
  const { keptReports } = await import(join(bench, "docs", "kept-reports.js"));
  const { peersTables } = await import(join(bench, "docs", "peers-table.js"));
  const peers = keptReports("peers", ROOT);
  const gpus = readdirSync(join(DOCS, "measured"))
    .filter((name) => name.endsWith(".json"))
    .map((name) => ({ name, report: JSON.parse(readFileSync(join(DOCS, "measured", name), "utf8")) }))
    .filter(({ report }) => report.gpu !== undefined);
  const text = [
    "# Benchmarks",
    "",
    "Made from the reports that the suites wrote; each says on which processor, when, and by which command. Seconds of one machine say little",
    "about another: the ratios beside them say more.",
    "",
    "## Beside other tools",
    "",
    "AutoCircuit, EAP-IG and TransformerLens on the same weights and prompts, each in a process of its own, taking turns. The numbers that the",
    "tools compute are compared in the same run; the last table says how far apart they are. TransformerLens and AutoCircuit compute the logits",
    "of all positions. Random weights in the shape of GPT-2 small, 16 prompts of 15 tokens, float32.",
    "",
    peersTables(peers),
    "",
    ...peers.flatMap(agreement),
    ...gpus.flatMap(({ name, report }) => [
      `## On a GPU: ${report.gpu.split(",")[0]}`,
      "",
      `${report.date}, LibTorch ${report.torch}, ${report.cores} cores of ${report.cpu.replaceAll("(R)", "")}; by \`scripts/gpu/check.py\`, kept in \`docs/measured/${name}\`. ` +
        "What is measured and what it means: [CUDA](cuda.md#how-long-it-takes-on-an-h100).",
      "",
      gpuTables(report),
      "",
    ]),
    "## More numbers",
    "",
    "- Methods on compiled transformers and on trained models: [Methods](methods.md#on-compiled-transformers).",
    "- How time and memory grow with prompts, length, blocks, heads and edges: [How it grows](growth.md).",
    "- What the floor is, and why passes are near it: [Architecture](architecture.md#what-the-floor-is).",
    "",
  ];
  writePage("benchmarks.md", text.join("\n"));
}

function agreement({ processor, date, comparisons }) {
  const rows = comparisons.flatMap(({ title, results }) =>
    results
      .filter((result) => result.agreement)
      .map(
        ({ who, agreement: { largest, agrees } }) =>
          `| ${title} | ${who} | ${largest.toExponential(1)} | ${agrees ? "yes" : "no"} |`,
      ),
  );
  return [
    `How far the numbers of the others are from ours, in parts of the largest (${processor.name}, ${date}):`,
    "",
    "| what | tool | largest difference | within the bound |",
    "| --- | --- | --- | --- |",
    ...rows,
    "",
  ];
}
