import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";

/** What a Slurm array is asked for. */
export interface ArrayScriptOptions {
  /** Numbers of the elements. */
  readonly elements: readonly number[];
  /** Elements that run at once, `%K` of `--array`. Default no limit. */
  readonly atOnce?: number | undefined;
  /** The command of an element, without its number, word by word. */
  readonly command: readonly string[];
  /** Name of the job. */
  readonly name: string;
  /** Folder for the elements' output. */
  readonly logs: string;
  /** Threads of an element: `--cpus-per-task`. Default 1. */
  readonly threads?: number | undefined;
  /** As sbatch writes them: `01:00:00`, `4G`, a partition's name. Default the cluster's. */
  readonly time?: string | undefined;
  readonly mem?: string | undefined;
  readonly partition?: string | undefined;
}

/** Words that stand in the script's comments, where nothing can be quoted. */
const plain = kind.such("words of letters, digits and :.,_+-", (value) => {
  return typeof value === "string" && /^[\w:.,+-]+$/.test(value);
});

const check = signature("arrayScript", {}, {
  elements: kind.required(kind.listOf(kind.whole)),
  atOnce: kind.count,
  command: kind.required(kind.listOf(kind.text)),
  name: kind.required(plain),
  logs: kind.required(kind.text),
  threads: kind.count,
  time: plain,
  mem: plain,
  partition: plain,
} satisfies KindsOf<ArrayScriptOptions>);

/**
 * The script of a Slurm array: each element runs the command with `--unit $SLURM_ARRAY_TASK_ID`.
 *
 * @throws AutocircuitError `bad-input` for no element, and for words that sbatch would not take as they are
 */
export function arrayScript(options: ArrayScriptOptions): string {
  check({}, options);
  const { elements, atOnce, command, name, logs, threads = 1, time, mem, partition } = options;
  if (elements.length === 0) throw new AutocircuitError("bad-input", "`elements` is empty: nothing is left to do.");
  if (/[\n"\\%]/.test(logs))
    throw new AutocircuitError("bad-input", `sbatch cannot write into ${JSON.stringify(logs)}: choose another folder.`);
  const directives = [
    `--job-name=${name}`,
    `--array=${ranges(elements)}${atOnce === undefined ? "" : `%${atOnce}`}`,
    `--output=${logs.includes(" ") ? `"${logs}/%a.txt"` : `${logs}/%a.txt`}`,
    "--ntasks=1",
    `--cpus-per-task=${threads}`,
    ...(time === undefined ? [] : [`--time=${time}`]),
    ...(mem === undefined ? [] : [`--mem=${mem}`]),
    ...(partition === undefined ? [] : [`--partition=${partition}`]),
  ];
  return [
    "#!/bin/sh",
    ...directives.map((directive) => `#SBATCH ${directive}`),
    `export OMP_NUM_THREADS=${threads} MKL_NUM_THREADS=${threads}`,
    `exec ${command.map(quoted).join(" ")} --unit "$SLURM_ARRAY_TASK_ID"`,
    "",
  ].join("\n");
}

/** The name of a plan's job: of what can stand in a script's comments. */
export function jobName(plan: string): string {
  const words = plan.replace(/[^A-Za-z0-9_.]+/g, "-").slice(0, 60);
  return words.replace(/^[-.]+|[-.]+$/g, "") || "sweep";
}

/** Numbers as Slurm writes them: `0-4,7,9-12`. */
export function ranges(numbers: readonly number[]): string {
  const sorted = [...new Set(numbers)].sort((a, b) => a - b);
  const parts: [number, number][] = [];
  for (const number of sorted) {
    const last = parts.at(-1);
    if (last && last[1] === number - 1) last[1] = number;
    else parts.push([number, number]);
  }
  return parts.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(",");
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
