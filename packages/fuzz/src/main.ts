#!/usr/bin/env node
import { availableParallelism } from "node:os";
import { Command, InvalidArgumentError } from "commander";
import { runTarget, type TargetResult } from "./run-target.ts";
import { outcomeTable } from "./table.ts";
import { sharedCases, targetNames } from "./targets/index.ts";

const program = new Command("fuzz")
  .description(
    "Try random and damaged input on everything that reads any: each case must work or be refused with an AutocircuitError, within 2 s " +
      "of processor time and 1 GiB.",
  )
  .option("--cases <n>", "cases in all", wholeNumber, 20_000)
  .option("--seed <n>", "the same seed gives the same cases", wholeNumber, 1)
  .option("--target <names>", `only these, separated by commas: ${targetNames.join(", ")}`, targetsOf)
  .option("--jobs <n>", "targets at a time", wholeNumber, Math.min(2, availableParallelism()))
  .addHelpText("after", "\nExamples:\n  npm run fuzz\n  npm run fuzz -- --target rasp,graphs --cases 50000 --seed 7");

program.parse();
const { cases, seed, target, jobs } = program.opts<{ cases: number; seed: number; target?: string[]; jobs: number }>();
const results: TargetResult[] = [];
// The slowest come first, so that none is left alone at the end.
const waiting = sharedCases(target ?? targetNames, cases);
await Promise.all(
  Array.from({ length: Math.max(1, jobs) }, async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const result = await runTarget(next.name, seed, next.cases);
      results.push(result);
      for (const { kind, seed, cases, input, message } of result.failures) {
        console.log(`\nFAILED (${kind}): --target ${result.target} --seed ${seed} --cases ${cases}`);
        console.log(`  input: ${input}\n  ${message.replaceAll("\n", "\n  ")}`);
      }
    }
  }),
);

results.sort((a, b) => targetNames.indexOf(a.target) - targetNames.indexOf(b.target));
const failed = results.reduce((sum, { failures }) => sum + failures.length, 0);
const done = results.reduce((sum, { outcomes }) => sum + Object.values(outcomes).reduce((a, b) => a + b, 0), 0);
console.log(`\n${outcomeTable(results)}\n\n${done - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

function targetsOf(text: string): string[] {
  const names = text.split(",");
  const wrong = names.find((name) => !targetNames.includes(name));
  if (wrong === undefined) return names;
  throw new InvalidArgumentError(`There is no target "${wrong}".`);
}

function wholeNumber(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new InvalidArgumentError(`"${text}" is not a whole number.`);
}
