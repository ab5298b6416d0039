import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Worker } from "node:worker_threads";
import { throwIfAborted } from "@autocircuit/core";

/** How a search for the best solution ended. */
export interface ProgramSolution {
  readonly status: "optimal" | "infeasible" | "time limit" | "failed";
  /** Values of the columns that were asked for; null where no solution was found. */
  readonly values: Float64Array | null;
  /** The total that was reached, and the most that any solution can have. Equal, to rounding, where it is optimal. */
  readonly total: number;
  readonly bound: number;
}

/** A solution that the solver tells of while it looks for better ones. */
type Incumbent = Omit<ProgramSolution, "status">;

/** Options of {@link solveProgram}. */
export interface SolveOptions {
  /** Columns whose values are wanted. */
  readonly columns: readonly string[];
  /** Columns that are 1 in a solution to start from, the others being 0; the solver looks whether it is one. */
  readonly ones: readonly string[];
  /** Seconds after which the best solution so far counts, reading the program included. */
  readonly seconds: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * What the thread runs: the solver works synchronously, for minutes, and would hold up whatever else the process does. Plain JavaScript, as
 * a thread starts without whatever compiles TypeScript. The solver is required: to import it, each thread would search its text for exports,
 * which takes a quarter of what a small program does.
 */
const PROGRAM = `
const { parentPort, workerData } = require("node:worker_threads");
const { solver, code, program, columns, ones, seconds } = workerData;
const began = performance.now();
const instantiateWasm = (imports, receive) =>
  WebAssembly.instantiate(code, imports).then((instance) => receive(instance, code));
require(solver)({ instantiateWasm }).then((highs) => {
  const model = highs.createModel({ format: "lp", data: program });
  const start = new Float64Array(model.getDimensions().numCols);
  for (const name of ones) start[model.getColByName(name)] = 1;
  model.setSolution({ colValue: start });
  const places = columns.map((name) => model.getColByName(name));
  const valuesIn = (all) => Float64Array.from(places, (place) => all[place]);
  const left = Math.max(0, seconds - (performance.now() - began) / 1000);
  model.options.set({ time_limit: left, output_flag: false, mip_rel_gap: 0, mip_abs_gap: 0 });
  const { modelStatus } = model.run({
    [highs.constants.callbackType.mipImprovingSolution]: ({ data }) => {
      if (!data.mip_solution) return;
      const incumbent = { values: valuesIn(data.mip_solution), total: data.objective_function_value, bound: data.mip_dual_bound ?? Infinity };
      parentPort.postMessage({ incumbent });
    },
  });
  const { optimal, infeasible, timeLimit } = highs.constants.modelStatus;
  const names = new Map([[optimal, "optimal"], [infeasible, "infeasible"], [timeLimit, "time limit"]]);
  const found = model.info.get("primal_solution_status") === highs.constants.solutionStatus.feasible;
  const values = found ? valuesIn(model.getSolution().colValue) : null;
  const [total, bound] = [model.getObjectiveValue(), model.info.get("mip_dual_bound")];
  model.dispose();
  parentPort.postMessage({ solution: { status: names.get(modelStatus) ?? "failed", values, total, bound } });
});
`;

/** Milliseconds that the solver has to come back after its time: it looks at the clock between steps, and one may take minutes. */
const GRACE = 1000;

/** The longest that a timer waits. */
const LONGEST = 2 ** 31 - 1;

// Node has it; TypeScript knows it of browsers only.
declare const WebAssembly: { compile(code: Uint8Array): Promise<object> };

/** The solver's code, compiled once and shared by all threads: compiling takes longer than most programs. */
let compiled: Promise<object> | undefined;

function solverCode(folder: string): Promise<object> {
  compiled ??= readFile(join(folder, "highs.wasm")).then(WebAssembly.compile);
  return compiled;
}

/**
 * Solves an integer program, in CPLEX's LP format, in a thread of its own, which is ended where it does not end with its time.
 *
 * @throws AutocircuitError `aborted`; whatever the thread threw
 */
export async function solveProgram(program: string, options: SolveOptions): Promise<ProgramSolution> {
  const { columns, ones, seconds, signal } = options;
  throwIfAborted(signal);
  // What the name leads to hangs on the conditions that Node was started with; both its modules and the code lie in one folder.
  const folder = dirname(createRequire(import.meta.url).resolve("highs"));
  const code = await solverCode(folder);
  throwIfAborted(signal);
  const worker = new Worker(PROGRAM, {
    eval: true,
    workerData: { solver: join(folder, "highs.js"), code, program, columns, ones, seconds },
  });
  let stop: (() => void) | undefined;
  let timer: NodeJS.Timeout | undefined;
  let best: Incumbent = { values: null, total: Number.NEGATIVE_INFINITY, bound: Number.POSITIVE_INFINITY };
  try {
    return await new Promise<ProgramSolution>((resolve, reject) => {
      worker.on("message", ({ solution, incumbent }: { solution?: ProgramSolution; incumbent?: Incumbent }) => {
        if (incumbent !== undefined) best = incumbent;
        if (solution !== undefined) resolve(solution);
      });
      timer = setTimeout(
        () => resolve({ status: "time limit", ...best }),
        Math.min(LONGEST, Math.ceil(1000 * seconds) + GRACE),
      );
      worker.once("error", reject);
      worker.once("exit", (code) => reject(new Error(`The solver's thread ended with code ${code} and no answer.`)));
      stop = () => {
        try {
          throwIfAborted(signal);
        } catch (error) {
          reject(error);
        }
      };
      signal?.addEventListener("abort", stop);
    });
  } finally {
    clearTimeout(timer);
    if (stop) signal?.removeEventListener("abort", stop);
    await worker.terminate();
  }
}
