import { type PatchableModel, type PromptLoader, PruneScores } from "@autocircuit/core";
import { startStudio } from "@autocircuit/studio";
import type { Browser, Page } from "playwright-core";
import { RandomValues } from "../engine/random-values.ts";
import { median } from "../statistics.ts";
import { MEASURING, PAINTED } from "./in-page.ts";

/** A model to look at. */
export interface PageSubject {
  readonly name: string;
  readonly model: PatchableModel;
  readonly prompts: PromptLoader;
}

/** What a browser measured: all in ms but the frames. */
export interface PageRow {
  readonly subject: string;
  readonly edgeCount: number;
  /** From the request of the page to the painted graph of all its edges. */
  readonly open: number;
  /** Painted frames a second while the graph is dragged, and the longest time without one. */
  readonly framesPerSecond: number;
  readonly longestFrame: number;
  /** From a click to numbers on the screen, one prompt: the median and the longest. */
  readonly click: number;
  readonly longestClick: number;
  /** A plain pass over the same prompt, measured in turns with the clicks. */
  readonly plain: number;
}

const SHOWN = 300;

/** Opens a studio in a browser: the whole graph, dragging it, then clicks on edges of a circuit of 300. */
export async function measurePage(browser: Browser, subject: PageSubject, clicks: number): Promise<PageRow> {
  const { name, model, prompts } = subject;
  const edgeCount = model.graph.edgeCount;
  const scores = new PruneScores(model.graph, new RandomValues(3).normal(edgeCount, 1));
  const whole = await startStudio({ model, prompts, title: name });
  // The page's policy forbids what measures it: scripts that come as text.
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, bypassCSP: true });
  page.setDefaultTimeout(120_000);
  try {
    await page.goto(whole.address);
    const open = Number(
      await page.waitForFunction(`performance.getEntriesByName("${PAINTED}")[0]?.startTime`).then((h) => h.jsonValue()),
    );
    await fresh(page);
    const frames = await drag(page);
    await whole.close();
    await using studio = await startStudio(
      { model, prompts, title: name },
      { sets: [{ name: "random", origin: "random", of: scores }] },
    );
    await page.goto(studio.address);
    await fresh(page);
    await page.evaluate(MEASURING);
    const tokens = prompts.batches[0]!.slices(1)[0]!.clean;
    const latencies: number[] = [];
    const plain: number[] = [];
    await page.fill("input[aria-label='Edges in the circuit']", String(Math.min(SHOWN, edgeCount)));
    await page.keyboard.press("Enter");
    await fresh(page);
    await page.evaluate("measuring.watch()");
    for await (const [x, y] of edgePlaces(page)) {
      await page.mouse.click(x, y);
      const took = Number(await page.waitForFunction("measuring.latencies.pop()").then((h) => h.jsonValue()));
      const started = performance.now();
      const logits = await model.forward(tokens);
      await logits.data();
      logits.dispose();
      latencies.push(took);
      plain.push(performance.now() - started);
      if (latencies.length === clicks) break;
    }
    return {
      ...{ subject: name, edgeCount, open, ...frames },
      ...{ click: median(latencies), longestClick: Math.max(...latencies), plain: median(plain) },
    };
  } finally {
    await page.close();
    await whole.close();
  }
}

/** Drags the graph to and fro for two seconds. */
async function drag(page: Page): Promise<{ framesPerSecond: number; longestFrame: number }> {
  await page.evaluate(MEASURING);
  await page.mouse.move(430, 120);
  await page.mouse.down();
  await page.evaluate("measuring.count()");
  const end = performance.now() + 2000;
  for (let i = 0; performance.now() < end; i++) await page.mouse.move(430 + 60 * Math.sin(i / 9), 120 + (i % 50));
  const frames = (await page.evaluate("measuring.counting = false, measuring.frames")) as number[];
  await page.mouse.up();
  const gaps = frames.slice(1).map((time, i) => time - frames[i]!);
  const sum = gaps.reduce((a, b) => a + b, 0);
  return { framesPerSecond: (1000 * gaps.length) / sum, longestFrame: Math.max(...gaps) };
}

/** Places of the view on which some edge lies, from left to right and downwards. */
async function* edgePlaces(page: Page): AsyncGenerator<[number, number]> {
  for (let y = 190; y < 700; y += 23) {
    for (let x = 60; x < 820; x += 7) {
      await page.mouse.move(x, y);
      const tip = await page.evaluate<string>("document.querySelector('.tip b')?.textContent ?? ''");
      if (!tip.includes("->")) continue;
      yield [x, y];
      // What comes next is to be another edge.
      x += 40;
    }
  }
}

async function fresh(page: Page): Promise<void> {
  await page.waitForSelector("#outputs[data-stale=false][aria-busy=false] table.measures");
}
