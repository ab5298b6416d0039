import { AutocircuitError } from "@autocircuit/base";
import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { fileInFlags, flagsNamed, flagsOf, inFlagNames, saidInFlags } from "./in-flags.ts";
import { UsageError } from "./usage-error.ts";

describe("what the library names is said by a command's flags", () => {
  it.each([
    ["leave `byToken` out", "leave --by-token out"],
    ['give `select: "exact"` too', "give --select exact too"],
    ["then give the folder (`autoencoders: FOLDER`)", "then give the folder (--autoencoders FOLDER)"],
    ["say `partialAutoencoders: true`", "say --partial-autoencoders"],
    ["pruning (`pruneLatents: false`)", "pruning (--no-prune-latents)"],
    ["`size: { share: 0.07 }` of the edges", "--size 7% of the edges"],
    ["raise the limit: `setMaxEdges(1000)`", "raise the limit: --max-edges 1000"],
    ["(`setMaxEdges` raises it)", "(--max-edges raises it)"],
    ["the search stopped after `seconds`", "the search stopped after --budget"],
    ["load it without that (`foldLn: false`)", "load it without that (--processing none)"],
    ["leave out those that do not fit (`fittingPrompts`)", "leave out those that do not fit (--skip-unfit)"],
    ["fewer circuits at once (`largestBatch: 1`)", "fewer circuits at once (--set largestBatch=1)"],
    ["the limit is 8 GiB (`limitDeviceMemory`)", "the limit is 8 GiB (--device-memory)"],
    [
      "`sliceBytes` of the model and `setSeed(1)` are no flags",
      "`sliceBytes` of the model and `setSeed(1)` are no flags",
    ],
  ])("%s", (text, said) => {
    const command = new Command()
      .option("--by-token")
      .option("--select <how>")
      .option("--autoencoders <folders...>")
      .option("--partial-autoencoders")
      .option("--no-prune-latents")
      .option("--size <n>")
      .option("--max-edges <n>")
      .option("--budget <minutes>")
      .option("--processing <list>")
      .option("--skip-unfit")
      .option("--set <name=value>")
      .option("--device-memory <gib>");
    expect(inFlagNames(text, flagsOf(command))).toBe(said);
    expect(inFlagNames(text, flagsNamed([]))).toBe(text);
  });

  it("or by discover's, which makes the graphs that others read", () => {
    const text = "make the graph ungrouped: `ungrouped: true`, without `factorized: false`";
    expect(inFlagNames(text, flagsOf(new Command("convert").option("--size <n>")))).toBe(
      "make the graph ungrouped: --ungrouped of discover, without --no-factorized of discover",
    );
    const plan = new Command("sweep").command("plan").option("--out <folder>");
    expect(inFlagNames(text, flagsOf(plan))).toBe(text);
  });

  it("that only has the opposite", () => {
    const flags = flagsNamed(["--no-autoencoder-errors"]);
    expect(inFlagNames("Keep errors: `autoencoderErrors: true`.", flags)).toBe(
      "Keep errors: no --no-autoencoder-errors.",
    );
  });
});

describe("what an error says", () => {
  const flags = flagsNamed(["--prompts", "--batch-size"]);

  it("has flags where the library refuses options, and not what a program alone can say", () => {
    const foretold = "Lower the batch: `batchSize: 8`. To go on whatever is foretold, give `free: Infinity`.";
    const error = new AutocircuitError("out-of-memory", foretold, { reason: "memory-foretold" });
    expect(saidInFlags(error, flags)).toBe("Lower the batch: --batch-size 8.");
  });

  it("is as it was of a file, whose fields are called so, and of whatever else fails", () => {
    for (const error of [new AutocircuitError("bad-file", "a.json: `prompts` is empty."), new Error("`prompts`")])
      expect(saidInFlags(error, flags)).toBe(error.message);
  });

  it("has flags where a file is refused in words of options", () => {
    const refused = () => {
      throw new AutocircuitError("bad-file", "it is not JSON. Leave `resume` out.");
    };
    expect(() => fileInFlags(refused)).toThrow(new UsageError("it is not JSON. Leave --resume out."));
  });
});
