import { existsSync } from "node:fs";
import { AutocircuitError } from "@autocircuit/base";
import { tracrReverse } from "@autocircuit/circuits";
import { loadPrompts } from "@autocircuit/core";
import { loadModel } from "@autocircuit/models";
import { Command } from "commander";
import { randomModel, randomPrompts } from "../engine/random-model.ts";
import { FULL, type ModelSpec } from "../engine/specs.ts";
import { machine } from "../machine.ts";
import { writeJson } from "../write-json.ts";
import { measurePage, type PageRow, type PageSubject } from "./measure-page.ts";

/** As many edges as a model of a billion weights has (16 blocks of 32 heads), of narrow layers: it is the graph that is measured. */
const MANY_EDGES: ModelSpec = { layers: 16, heads: 32, dModel: 64, dMlp: 64, vocab: 100, promptCount: 2, seqLen: 8 };

interface PageBenchOptions {
  browser: string;
  model?: string;
  prompts?: string;
  json?: string;
  quick?: boolean;
}

/** `bench studio-page`. */
export function studioPageCommand(): Command {
  return new Command("studio-page")
    .description("the studio's page in a browser: opening a graph, dragging it, and from a click to new numbers")
    .option("--browser <file>", "Chromium", "/usr/bin/chromium")
    .option("--model <folder>", "a model of your own too, with --prompts")
    .option("--prompts <file>", "prompt pairs for it")
    .option("--json <file>", "also write the results as JSON")
    .option("--quick", "the compiled transformer alone")
    .action(async ({ browser: executablePath, model, prompts, json, quick }: PageBenchOptions) => {
      if (!existsSync(executablePath))
        throw new AutocircuitError("not-found", `There is no ${executablePath}; name one by --browser.`);
      // Loaded here: other benchmarks look at memory.
      const { chromium } = await import("playwright-core");
      const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
      const rows: PageRow[] = [];
      try {
        const own = model !== undefined && prompts !== undefined ? { model, prompts } : undefined;
        for await (const subject of subjects(own, quick ?? false)) {
          process.stderr.write(`${subject.name}\n`);
          rows.push(await measurePage(browser, subject, quick ? 3 : 15));
        }
      } finally {
        await browser.close();
      }
      console.log(formatPageRows(rows));
      if (json) writeJson(json, { ...machine(), rows });
    });
}

async function* subjects(
  own: { model: string; prompts: string } | undefined,
  quick: boolean,
): AsyncGenerator<PageSubject> {
  {
    await using task = await tracrReverse();
    yield { name: "tracr-reverse", model: task.model, prompts: task.test };
  }
  if (quick) return;
  for (const [name, spec] of [
    ["GPT-2 small's shape", FULL.forward],
    ["16 blocks of 32 heads", MANY_EDGES],
  ] as const) {
    const model = randomModel(spec);
    yield { name, model, prompts: randomPrompts(spec) };
    model.dispose();
  }
  if (own === undefined) return;
  const model = await loadModel(own.model);
  const { train } = await loadPrompts(own.prompts, { tokenizer: model.tokenizer ?? undefined, batchSize: 1 });
  yield { name: own.model, model, prompts: train };
  model.dispose();
}

function formatPageRows(rows: readonly PageRow[]): string {
  const ms = (value: number) => value.toFixed(0).padStart(6);
  const head = "                        edges   open  frames/s  longest   click  longest   plain  (ms)";
  const lines = rows.map((row) =>
    [
      row.subject.slice(-21).padEnd(21),
      String(row.edgeCount).padStart(8),
      ms(row.open),
      row.framesPerSecond.toFixed(0).padStart(9),
      ms(row.longestFrame).padStart(8),
      ms(row.click).padStart(7),
      ms(row.longestClick).padStart(8),
      row.plain.toFixed(1).padStart(7),
    ].join(" "),
  );
  return [head, ...lines].join("\n");
}
