import type { Command } from "commander";
import type { Context } from "../context.ts";
import { listOf, positiveNumber, wholeNumber } from "../support/parse-options.ts";
import type { ResultsCommandOptions } from "../sweep/results.ts";
import type { RunCommandOptions } from "../sweep/run.ts";
import type { SlurmCommandOptions } from "../sweep/slurm.ts";
import type { StatusCommandOptions } from "../sweep/status.ts";
import type { WorkCommandOptions } from "../sweep/work.ts";

/** `autocircuit sweep plan|run|work|status|results|slurm`. */
export function addSweep(program: Command, context: Context): void {
  const sweep = program
    .command("sweep")
    .description("many tasks, algorithms and seeds from one plan: on this machine, through a queue, or on a cluster");
  addPlan(sweep, context);
  addRun(sweep, context);
  addWork(sweep, context);
  addStatus(sweep, context);
  addResults(sweep, context);
  addSlurm(sweep, context);
}

function addPlan(sweep: Command, context: Context): void {
  subcommand(sweep, "plan", "say what a plan is made of, what is done already, and what the rest takes")
    .option("--probe <seconds>", "how long to try what no result tells of; 0 does not (default: 10)", seconds)
    .option("--json <file>", "also write the units as JSON")
    .addHelpText(
      "after",
      `
Examples:
  autocircuit sweep plan sweep.yaml
  autocircuit sweep plan sweep.yaml --out results --probe 0 --json units.json`,
    )
    .action(async (plan: string, options) => {
      const { sweepPlan } = await import("../sweep/plan.ts");
      await sweepPlan(plan, options, context);
    });
}

function addRun(sweep: Command, context: Context): void {
  const command = subcommand(sweep, "run", "do all units that have no result yet, here or through a queue");
  command
    .option("--workers <n>", "processes at once (default: 1)", wholeNumber(1))
    .option("--threads <n>", "threads of each (default: OMP_NUM_THREADS, else the cores divided)", wholeNumber(1))
    .option(
      "--memory <gib>",
      "memory that all workers may have together (default: nine tenths of the machine's)",
      positiveNumber,
    )
    .option("--attempts <n>", "how often a unit is begun whose process ends (default: 3)", wholeNumber(1))
    .option("--json <file>", "also write how far it is as JSON: units, done, failed, missing");
  addQueueOptions(command)
    .option("--collect", "with --queue: results come back through Redis, for workers that share no folder with this")
    .addHelpText(
      "after",
      `
Examples:
  autocircuit sweep run sweep.yaml --out results
  autocircuit sweep run sweep.yaml --out results --workers 2 --json progress.json
  autocircuit sweep run sweep.yaml --out results --queue redis://queue.example:6379`,
    )
    .action(async (plan: string, options: RunCommandOptions) => {
      const { beforeRun } = await import("../sweep/before-units.ts");
      const redis = await beforeRun(options);
      const { sweepRun } = await import("../sweep/run.ts");
      await sweepRun(plan, options, redis, context);
    });
}

function addWork(sweep: Command, context: Context): void {
  const command = subcommand(sweep, "work", "do units for others: those of a queue, or one by its number");
  command
    .option("--unit <n|hash>", "one unit, by its number in the plan or the beginning of its hash")
    .option("--together <n>", "with --unit K: n units together, those from number K*n on (default: 1)", wholeNumber(1))
    .option("--workers <n>", "with --queue: processes at once (default: 1)", wholeNumber(1))
    .option("--threads <n>", "threads of each (default: OMP_NUM_THREADS, else the cores divided)", wholeNumber(1));
  addQueueOptions(command)
    .option("--until-empty", "with --queue: end once the queue is empty (default: serve until Ctrl-C)")
    .option(
      "--stalled-after <seconds>",
      "with --queue: after so long without a sign of life a unit goes to another worker (default: 30)",
      positiveNumber,
    )
    .addHelpText(
      "after",
      `
Examples:
  autocircuit sweep work sweep.yaml --out results --unit 3
  autocircuit sweep work sweep.yaml --out results --unit 0 --together 4
  autocircuit sweep work sweep.yaml --out results --queue redis://queue.example:6379 --workers 4`,
    )
    .action(async (plan: string, options: WorkCommandOptions) => {
      const { beforeWork } = await import("../sweep/before-units.ts");
      const redis = await beforeWork(options);
      const { sweepWork } = await import("../sweep/work.ts");
      await sweepWork(plan, options, redis, context);
    });
}

function addStatus(sweep: Command, context: Context): void {
  subcommand(sweep, "status", "say how far a sweep is, and why units failed")
    .option("--watch", "look again and again until nothing is missing")
    .option("--json <file>", "also write units, done, failed and missing as JSON")
    .addHelpText(
      "after",
      `
Examples:
  autocircuit sweep status sweep.yaml --out results
  autocircuit sweep status sweep.yaml --out results --json progress.json`,
    )
    .action(async (plan: string, options: StatusCommandOptions) => {
      const { sweepStatus } = await import("../sweep/status.ts");
      await sweepStatus(plan, options, context);
    });
}

function addResults(sweep: Command, context: Context): void {
  subcommand(sweep, "results", "write what a sweep gave as tables, and as a page that compares")
    .option("--csv <file>", "a row for each circuit that was measured and each metric")
    .option("--units-csv <file>", "a row for each unit: areas, MIB's measures, seconds, memory")
    .option("--parquet <file>", "the rows of --csv as Parquet")
    .option("--units-parquet <file>", "the rows of --units-csv as Parquet")
    .option("--json <file>", "all of it as JSON")
    .option("--html <folder>", "a page that compares the algorithms, with its pictures as SVG and PNG")
    .option(
      "--similar-at <list>",
      "with --html: circuit sizes at which algorithms are compared",
      listOf(wholeNumber(1)),
    )
    .addHelpText(
      "after",
      `
Examples:
  autocircuit sweep results sweep.yaml --out results --csv circuits.csv --units-csv units.csv
  autocircuit sweep results sweep.yaml --out results --parquet circuits.parquet --json results.json
  autocircuit sweep results sweep.yaml --out results --html comparison`,
    )
    .action(async (plan: string, options: ResultsCommandOptions) => {
      const { sweepResults } = await import("../sweep/results.ts");
      await sweepResults(plan, options, context);
    });
}

function addSlurm(sweep: Command, context: Context): void {
  subcommand(sweep, "slurm", "write the missing units as a Slurm array, and submit it")
    .option("--at-once <n>", "elements that run at once (%n; default: no limit)", wholeNumber(1))
    .option("--together <n>", "units of an element, done together (default: 1)", wholeNumber(1))
    .option("--threads <n>", "threads of an element (default: 1)", wholeNumber(1))
    .option("--time <limit>", "time of an element, as sbatch has it: 01:00:00")
    .option("--mem <size>", "memory of an element, as sbatch has it: 4G")
    .option("--partition <name>", "the cluster's partition")
    .option("--no-submit", "only write the script")
    .addHelpText(
      "after",
      `
Examples:
  autocircuit sweep slurm sweep.yaml --out shared-results --at-once 50 --time 01:00:00 --mem 4G --no-submit`,
    )
    .action(async (plan: string, options: SlurmCommandOptions) => {
      const { sweepSlurm } = await import("../sweep/slurm.ts");
      await sweepSlurm(plan, options, context);
    });
}

function subcommand(sweep: Command, name: string, description: string): Command {
  return sweep
    .command(name)
    .description(description)
    .argument("<plan>", "the plan: a file of JSON or YAML, see docs/sweeps.md")
    .option("--out <folder>", "the folder of results (default: sweep-results/ and the plan's name)")
    .option("--max-units <n>", "most units that the plan may have (default: 100000)", wholeNumber(1));
}

function addQueueOptions(command: Command): Command {
  return command
    .option(
      "--queue <address>",
      "a queue on Redis: redis://[:PASSWORD@]HOST:PORT, or rediss:// for TLS; AUTOCIRCUIT_QUEUE where the word is env",
    )
    .option("--queue-name <name>", "the queue's name there (default: by the plan's)")
    .option("--redis-ca <file>", "the authority that signed the server's certificate, for rediss://");
}

function seconds(text: string): number {
  return text === "0" ? 0 : positiveNumber(text);
}
