import { tracrReverse } from "@autocircuit/circuits";
import { Circuit, type LoadedTask, PruneScores } from "@autocircuit/core";
import type { Browser } from "playwright-core";
import { startStudio } from "../server/start-studio.ts";
import type { Studio } from "../server/studio.ts";
import { startBrowser } from "./browser.ts";

/** Edges of tracr-reverse in the test's circuit: its true ones. */
export const knownEdges = ["Resid Start->A3.0.V", "A3.0->Resid End"] as const;

/** Its other circuit, of the same edges: markup, were it taken for such. */
export const hostile = "<img src=x onerror=document.title='taken'>";

/** A studio of tracr-reverse with a browser: scores by number and circuits of two edges. */
export class StudioInBrowser implements AsyncDisposable {
  readonly task: LoadedTask;
  readonly browser: Browser;
  readonly #studio: Studio;

  private constructor(task: LoadedTask, browser: Browser, studio: Studio) {
    this.task = task;
    this.browser = browser;
    this.#studio = studio;
  }

  static async start(): Promise<StudioInBrowser> {
    const task = await tracrReverse();
    // In this order: a server reads the built page when it starts.
    const browser = await startBrowser();
    return new StudioInBrowser(task, browser, await serve(task));
  }

  get address(): string {
    return this.#studio.address;
  }

  /** Another studio of the same task, at a port where one was before; the caller's to close. */
  another(port?: number): Promise<Studio> {
    return serve(this.task, port);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.browser.close();
    await this.#studio.close();
    await this.task[Symbol.asyncDispose]();
  }
}

function serve(task: LoadedTask, port?: number): Promise<Studio> {
  const { graph } = task.model;
  const rising = new PruneScores(
    graph,
    Float32Array.from({ length: graph.edgeCount }, (_, edge) => edge + 1),
  );
  return startStudio(task, {
    port,
    sets: [
      { name: "by number", origin: "a test", of: rising },
      { name: "known circuit", origin: "a test", of: Circuit.of(graph, knownEdges), isKnownCircuit: true },
      { name: hostile, origin: hostile, of: Circuit.of(graph, knownEdges) },
    ],
  });
}
