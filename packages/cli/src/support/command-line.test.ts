import { execFileSync } from "node:child_process";
import { Command, type Option } from "commander";
import { describe, expect, it } from "vitest";
import { addDatasets } from "../commands/datasets.ts";
import { addDiscover } from "../commands/discover.ts";
import { addSweep } from "../commands/sweep.ts";
import type { Context } from "../context.ts";
import { commandLine } from "./command-line.ts";

const context: Context = { signal: new AbortController().signal, print: () => {}, refuse: () => {} };

/** The commands that write themselves down, so that they can be run again. */
const written = [
  { name: "discover", add: addDiscover, argument: "tracr-reverse" },
  { name: "datasets", add: addDatasets, argument: "ioi" },
  { name: "sweep work", add: addSweep, argument: "a plan.yaml" },
];

/** What may be typed behind an option, by what its help calls the value, or by its flag where that says too little. */
const values: Readonly<Record<string, readonly string[]>> = {
  "--ablation": ["zero"],
  "--align": ["words"],
  "--curve": ["full"],
  "--target": ["mean-squared-error"],
  "--grad-function": ["logit"],
  "--answer-function": ["avg-val"],
  "--aggregation": ["max-abs"],
  "--select": ["exact"],
  "--rank": ["signed"],
  "--dtype": ["bfloat16"],
  "--processing": ["none", "fold-ln,center-unembed"],
  "--size": ["20", "7%", "0.1%", "28.7%", "33.33333%", "100%"],
  "--set": ["largestBatch=1", 'what=it\'s, "said"'],
  "--taus": ["1e-7,0.1,3"],
  "--autoencoder-scale": ["1.5,2"],
  "--bootstrap": ["0", "200"],
  "<n>": ["3"],
  "<n|hash>": ["0", "ab12"],
  "<gib>": ["0.5"],
  "<minutes>": ["0.25"],
  "<seconds>": ["30"],
  "<fraction>": ["0.9"],
  "<train,test>": ["1,2", "3"],
  "<slice>": ["-1"],
  "<name>": ["a name"],
  "<key>": ["Tree Probing"],
  "<file>": ["it's here.json"],
  "<files...>": ["a.json b.json", "one"],
  "<folder>": ["out/$HOME"],
  "<address>": ["redis://:word@host:6379"],
  "<folder|file|id>": ["a model/of `mine`"],
  "<folders|id...>": ["layer_*/width_16k ~other"],
};

/** The command alone, doing nothing, with the options that it reads. */
function reader({ name, add }: (typeof written)[number]): Command {
  const program = new Command();
  add(program, context);
  const command = name
    .split(" ")
    .reduce((parent, word) => parent.commands.find((one) => one.name() === word)!, program);
  return command.action(() => {}).exitOverride();
}

/** The words that a shell makes of a line. */
function shellWords(line: string): string[] {
  return execFileSync("sh", ["-c", `printf '%s\\0' ${line}`], { encoding: "utf8" })
    .split("\0")
    .slice(0, -1);
}

function typings({ long, flags, variadic }: Option): string[][] {
  const placeholder = flags.split(" ")[1];
  if (placeholder === undefined) return [[long!]];
  const given = values[long!] ?? values[placeholder];
  if (given === undefined) throw new Error(`Say in this test what may be typed behind ${flags}.`);
  return given.map((value) => [long!, ...(variadic ? value.split(" ") : [value])]);
}

describe("commandLine", () => {
  const cases = written.flatMap((of) =>
    reader(of).options.flatMap((option) => typings(option).map((typed) => ({ of, typed, text: typed.join(" ") }))),
  );

  it.each(cases)("$of.name: writes $text so that it reads the same again", ({ of, typed }) => {
    const first = reader(of).parse([of.argument, ...typed], { from: "user" });
    const line = commandLine(of.name, of.argument, first.opts());
    const [program, ...words] = shellWords(line);
    expect([program, ...words.slice(0, of.name.split(" ").length)].join(" ")).toBe(`autocircuit ${of.name}`);
    const again = reader(of).parse(words.slice(of.name.split(" ").length), { from: "user" });
    expect([again.args, again.opts()]).toEqual([[of.argument], first.opts()]);
  });

  it("writes what was typed, not what was read", () => {
    const options = { batchCount: { train: 1, test: 2 }, size: { share: 0.07 }, prompts: ["a b.json"] };
    expect(commandLine("discover", undefined, options)).toBe(
      "autocircuit discover --batch-count 1,2 --size 7% --prompts 'a b.json'",
    );
  });
});
