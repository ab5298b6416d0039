import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expandPlan } from "../src/plan/expand-plan.ts";
import type { SweepPlan } from "../src/plan/plan.ts";
import { givenPlan } from "../src/plan/read-plan.ts";
import { SweepResults } from "../src/results/store.ts";

/** Twelve short units on two compiled transformers. */
export const smallPlan: SweepPlan = {
  name: "small",
  tasks: ["tracr-hist", "tracr-detect-pattern"],
  algorithms: ["random", "ground-truth", "edge-attribution"],
  seeds: [0, 1],
  measure: { metrics: ["kl-clean"], sizes: [0, 5] },
};

/** Options of mask-gradient that go together in a plan, of which the algorithm only says when it runs that they do not. */
export const failingOptions = { ablation: "zero", ablateFrom: "clean" };

/** Units of a plan. */
export const unitsOf = (plan: SweepPlan = smallPlan) => expandPlan(givenPlan(plan));

/** A folder for results that goes when it is disposed. */
export async function resultsFolder(): Promise<{ folder: string; results: SweepResults } & Disposable> {
  const root = mkdtempSync(join(tmpdir(), "autocircuit-sweep-"));
  const folder = join(root, "out");
  const results = await SweepResults.open(folder);
  return { folder, results, [Symbol.dispose]: () => rmSync(root, { recursive: true }) };
}

/** The text of every result, by hash. */
export function textsOf(folder: string): Record<string, string> {
  if (!existsSync(join(folder, "units"))) return {};
  const names = readdirSync(join(folder, "units"))
    .filter((name) => name.endsWith(".json"))
    .sort();
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, "units", name), "utf8")]));
}

/** Which file each result lies in: another one once it was written again. */
export function filesOf(folder: string): Record<string, string> {
  if (!existsSync(join(folder, "units"))) return {};
  const names = readdirSync(join(folder, "units")).filter((name) => name.endsWith(".json"));
  return Object.fromEntries(
    names.map((name) => {
      const { ino, mtimeMs } = statSync(join(folder, "units", name));
      return [name, `${ino} ${mtimeMs}`];
    }),
  );
}

/** The process that has a unit in hand, and the unit. */
export function inHand(folder: string): { pid: number; hash: string } | undefined {
  for (const name of existsSync(join(folder, "claims")) ? readdirSync(join(folder, "claims")) : []) {
    try {
      const { pid } = JSON.parse(readFileSync(join(folder, "claims", name), "utf8"));
      return { pid, hash: name.replace(".json", "") };
    } catch {
      // It was just given up.
    }
  }
  return undefined;
}

/** Waits until something is so. */
export async function until<T>(look: () => T | undefined | false, what: string, seconds = 200): Promise<T> {
  const end = performance.now() + 1000 * seconds;
  for (;;) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end) throw new Error(`Waited for ${what} for ${seconds} s.`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
