import { exact } from "@autocircuit/discovery";
import { describe, expect, it } from "vitest";
import { smallModel } from "../../../test/small-model.ts";
import { QueuedModel } from "./queued-model.ts";
import { priorities, WorkQueue } from "./work-queue.ts";

const never = () => new AbortController().signal;

describe("QueuedModel", () => {
  it("gives the same scores, and no pass of it comes between those of a more urgent piece of work", async () => {
    const { model, prompts } = await smallModel();
    using _model = model;
    const expected = await exact(model, prompts);
    const queue = new WorkQueue();
    const queued = new QueuedModel(model, queue, 40_000, never());
    let passes = 0;
    let during = 0;
    const clicks: Promise<void>[] = [];
    const click = async () => {
      const before = passes;
      for (let i = 0; i < 5; i++) (await model.forward(prompts.batches[0]!.clean)).dispose();
      during += passes - before;
    };
    const { values } = await exact(queued, prompts, {
      onProgress: () => {
        passes++;
        if (clicks.length < 20) clicks.push(queue.run(priorities.prompt, never(), click));
      },
    });
    await Promise.all(clicks);
    expect([clicks.length, during]).toEqual([20, 0]);
    expect(passes).toBeGreaterThan(40);
    for (let edge = 0; edge < values.length; edge++)
      expect(Math.abs(values[edge]! - expected.values[edge]!)).toBeLessThan(1e-6);
    queued.dispose();
    (await model.forward(prompts.batches[0]!.clean)).dispose();
  });

  it("is taken back while it waits", async () => {
    const { model, prompts } = await smallModel();
    using _model = model;
    const queue = new WorkQueue();
    const abort = new AbortController();
    let open = () => {};
    const busy = queue.run(priorities.prompt, never(), () => new Promise<void>((resolve) => (open = resolve)));
    const running = exact(new QueuedModel(model, queue, 1, abort.signal), prompts);
    running.catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 20));
    abort.abort();
    await expect(running).rejects.toMatchObject({ code: "aborted" });
    open();
    await busy;
  });
});
