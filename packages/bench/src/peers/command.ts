import { availableParallelism } from "node:os";
import { AutocircuitError } from "@autocircuit/base";
import { Command, InvalidArgumentError, Option } from "commander";
import { writePeersDocs } from "../docs/write-peers-docs.ts";
import { writeJson } from "../write-json.ts";
import { fullComparisons, modelComparisons, type PeerComparison, quickComparisons } from "./comparisons.ts";
import { formatPeersReport } from "./peers-report.ts";
import { runPeers } from "./run-peers.ts";
import { serveOwn } from "./serve-own.ts";
import { shownCommand } from "./shown-command.ts";

interface PeersCommandOptions {
  python?: string;
  model?: string;
  promptCount: number;
  seqLen: number;
  threads: number;
  only?: readonly string[];
  json?: string;
  docs?: boolean;
  quick?: boolean;
  serve?: boolean;
}

/** `bench peers`. */
export function peersCommand(signal: AbortSignal): Command {
  return new Command("peers")
    .description(
      "AutoCircuit, EAP-IG and TransformerLens beside this project: the same things, taking turns, in one run",
    )
    .option("--python <program>", "a Python that has them; without it only this project is measured", pythonProgram)
    .option("--model <folder>", "a real model instead of random weights, with random prompts")
    .option("--prompt-count <count>", "prompts for --model", count, 16)
    .option("--seq-len <count>", "tokens in a prompt for --model", count, 15)
    .option("--threads <count>", "threads of each tool", count, availableParallelism())
    .option("--only <names...>", "comparisons to make, by the names in brackets")
    .option("--json <file>", "also write the results as JSON")
    .option("--docs", "also keep the results in docs/measurements and write the README's table from all that are there")
    .option("--quick", "small models and few rounds: shows that everything runs and that the numbers agree")
    .addOption(new Option("--serve", "answer one request a line on standard input").hideHelp())
    .addHelpText(
      "after",
      "\nExamples:\n  npm run bench -- peers --python ~/peers/bin/python --json peers.json" +
        "\n  PYTHONPATH=~/EAP-IG/src npm run bench -- peers --python ~/peers/bin/python --model MODEL --only edge-attribution",
    )
    .action(async (options: PeersCommandOptions) => {
      if (options.serve) return serveOwn();
      const comparisons = chosen(options);
      const report = await runPeers(comparisons, {
        python: options.python,
        own: { program: process.execPath, args: [...process.execArgv, process.argv[1]!, "peers", "--serve"] },
        command: shownCommand(process.argv.slice(2)),
        threads: options.threads,
        onStep: (text) => process.stderr.write(`${text}\n`),
        onReport: (soFar) => options.json && writeJson(options.json, soFar),
        signal,
      });
      console.log(formatPeersReport(report));
      if (options.docs) writePeersDocs(report);
      const wrong = report.comparisons.some(({ results }) =>
        results.some(({ agreement }) => agreement?.agrees === false),
      );
      if (wrong) process.exitCode = 1;
    });
}

function chosen({ model, promptCount, seqLen, quick, only, docs }: PeersCommandOptions): PeerComparison[] {
  if (model !== undefined && quick) {
    throw new AutocircuitError("bad-input", "--quick brings models of its own: leave out --quick or --model.");
  }
  if (docs && (quick || only || model !== undefined)) {
    throw new AutocircuitError(
      "bad-input",
      "--docs replaces the table of this processor: leave out --quick, --only and --model.",
    );
  }
  const full = () => (quick ? quickComparisons() : fullComparisons());
  const all = model === undefined ? full() : modelComparisons(model, promptCount, seqLen);
  if (only === undefined) return all;
  const unknown = only.filter((name) => !all.some((comparison) => comparison.name === name));
  if (unknown.length > 0) {
    const names = all.map(({ name }) => name).join(", ");
    throw new AutocircuitError("unknown-name", `There is no comparison ${unknown.join(", ")}. There are: ${names}.`);
  }
  return all.filter(({ name }) => only.includes(name));
}

function pythonProgram(text: string): string {
  if (text.trim() !== "") return text;
  throw new InvalidArgumentError("Name a Python, such as ~/peers/bin/python, or leave the option out.");
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("It must be a whole number of at least 1.");
  return value;
}
