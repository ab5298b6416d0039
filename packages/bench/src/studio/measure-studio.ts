import { type Circuit, PruneScores } from "@autocircuit/core";
import { type RunRequest, startStudio } from "@autocircuit/studio";
import { RandomValues } from "../engine/random-values.ts";
import { median } from "../statistics.ts";
import type { MeasuredSubject } from "./subjects.ts";

/** From the request of a click to its answer. */
export interface StudioRow {
  readonly subject: string;
  readonly edgeCount: number;
  readonly what: string;
  /** Median, and the longest of all, in ms. */
  readonly milliseconds: number;
  readonly longest: number;
  /** What a plain pass over the prompt takes, in ms, measured in turns with the clicks. */
  readonly plain: number;
  /** What it may take, in ms. */
  readonly goal: number;
}

const COMPILED_MS = 60;
const [PASSES, BESIDE_MS] = [1.5, 30];

/**
 * Clicks in a studio as its page sends them, each on another edge, so that nothing was run before.
 *
 * @param repeats clicks of each kind
 */
export async function measureStudio(subject: MeasuredSubject, repeats: number): Promise<StudioRow[]> {
  const { model, prompts } = subject;
  const { graph } = model;
  const { edgeCount } = graph;
  const random = new RandomValues(3);
  const scores = new PruneScores(graph, random.normal(edgeCount, 1));
  const sets = [{ name: "random", origin: "random", of: scores }];
  await using studio = await startStudio({ model, prompts, title: subject.name }, { sets });
  const edge = () => random.integers(1, edgeCount)[0]!;
  const inCircuit = (circuit: Circuit) => circuit.indices[random.integers(1, circuit.size)[0]!]!;
  const clicks: [what: string, request: () => Omit<RunRequest, "prompt">][] = [
    ["one edge of the whole model", () => click({ scores: null, size: null }, [edge()])],
    ["50 edges of the whole model", () => click({ scores: null, size: null }, Array.from({ length: 50 }, edge))],
    ...[300, 10_000]
      .filter((size) => size < edgeCount)
      .map((size): (typeof clicks)[number] => {
        const circuit = scores.circuit(size);
        return [`one edge of a circuit of ${size}`, () => click({ scores: "s1", size }, [inCircuit(circuit)])];
      }),
    [
      "another size of the circuit",
      () => click({ scores: "s1", size: 1 + random.integers(1, Math.floor(edgeCount / 2))[0]! }, []),
    ],
  ];
  const rows: StudioRow[] = [];
  const tokens = prompts.batches[0]!.slices(1)[0]!.clean;
  for (const [what, request] of clicks) {
    const [times, plain]: number[][] = [[], []];
    // The first makes what the prompt needs again.
    for (let i = 0; i <= repeats; i++) {
      const took = await timed(() => send(studio.address, { ...request(), prompt: { index: 0 } }));
      const passed = await timed(async () => (await model.forward(tokens)).dispose());
      if (i === 0) continue;
      times!.push(took);
      plain!.push(passed);
    }
    const pass = median(plain!);
    rows.push({
      ...{
        subject: subject.name,
        edgeCount,
        what,
        milliseconds: median(times!),
        longest: Math.max(...times!),
        plain: pass,
      },
      goal: subject.compiled ? COMPILED_MS : PASSES * pass + BESIDE_MS,
    });
  }
  return rows;
}

function click(
  circuit: { scores: string | null; size: number | null },
  ablated: readonly number[],
): Omit<RunRequest, "prompt"> {
  return { circuit: { ...circuit, add: [], remove: [] }, ablated, ablation: "resample", patch: "tree" };
}

async function send(address: string, request: RunRequest): Promise<void> {
  const response = await fetch(new URL("api/run", address), {
    method: "POST",
    body: JSON.stringify(request),
    headers: { "content-type": "application/json" },
  });
  const text = await response.text();
  if (!response.ok) throw new Error(text);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/** The rows as a table. */
export function formatStudioRows(rows: readonly StudioRow[]): string {
  const cells = rows.map(({ subject, edgeCount, what, milliseconds, longest, plain, goal }) => [
    ...[subject, edgeCount.toLocaleString("en-US"), what, milliseconds.toFixed(1), longest.toFixed(1)],
    ...[
      plain.toFixed(1),
      (milliseconds / plain).toFixed(2),
      `${goal.toFixed(0)}${milliseconds > goal ? " (missed)" : ""}`,
    ],
  ]);
  const head = ["model", "edges", "click on", "ms", "longest", "plain pass, ms", "passes", "goal, ms"];
  const widths = head.map((name, column) => Math.max(name.length, ...cells.map((row) => row[column]!.length)));
  return [head, ...cells]
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
