import { programPrompts } from "../../prompts/program-prompts.ts";
import type { RawTokenPrompt } from "../../prompts/prompt-file.ts";
import { compilerCircuit } from "../../ready-task/compiler-circuit.ts";
import type { ReadyTask } from "../../ready-task/ready-task.ts";
import { type TracrTaskSpec, tracrTask } from "../../ready-task/tracr-task.ts";
import type { PublishedTask } from "../published-task.ts";

type LibraryTaskSpec = Pick<
  TracrTaskSpec,
  "name" | "description" | "program" | "compile" | "batchSize" | "batchCount"
> & {
  /** Where the answers are. */
  positions: "all" | "last";
};

const tasks: readonly ReadyTask<RawTokenPrompt>[] = [
  libraryTask({
    name: "tracr-hist",
    description: "counts how often each of five tokens occurs",
    program: "hist",
    positions: "all",
    batchSize: 64,
    batchCount: { train: 2, test: 2 },
  }),
  libraryTask({
    name: "tracr-sort",
    description: "sorts five numbers from 1 to 4",
    program: "sort",
    positions: "all",
    batchSize: 64,
    batchCount: { train: 2, test: 2 },
  }),
  libraryTask({
    name: "tracr-detect-pattern",
    description: "says whether the last three of six tokens are a b c",
    program: "detect-pattern",
    positions: "last",
    batchSize: 27,
    batchCount: { train: 1, test: 1 },
  }),
  libraryTask({
    name: "tracr-shuffle-dyck2",
    description: "says whether a string of () and {} is balanced, each kind by itself",
    program: "shuffle-dyck2",
    // Strings of odd length are never balanced, so the library's usual 5 would leave nothing to tell apart.
    compile: { maxSeqLen: 4 },
    positions: "all",
    batchSize: 10,
    batchCount: { train: 1, test: 1 },
  }),
];

/** Programs of the compiler's library; the circuit of each is what the compiler built. */
export const libraryPrograms: PublishedTask<ReadyTask<RawTokenPrompt>> = {
  tasks,
  circuits: [],
  dataSets: tasks.map(({ prompts }) => prompts),
  textDataSets: {},
};

function libraryTask({ positions, ...spec }: LibraryTaskSpec): ReadyTask<RawTokenPrompt> {
  const count = spec.batchSize * (spec.batchCount.train + spec.batchCount.test);
  return tracrTask({
    ...spec,
    circuits: (compiled) => ({ compiler: compilerCircuit(compiled) }),
    prompts: (compiled, { seed }) => programPrompts(compiled(), { positions, count, seed }),
    outputSlice: positions === "all" ? "not_first_seq" : "last_seq",
  });
}
