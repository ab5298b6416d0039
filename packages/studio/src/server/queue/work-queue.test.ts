import { describe, expect, it } from "vitest";
import { Newest } from "./newest.ts";
import { WorkQueue } from "./work-queue.ts";

/** A signal that never fires, another for each piece of work. */
const never = () => new AbortController().signal;

/** Work that is over when it is told so. */
function gate(): { open: () => void; work: () => Promise<void> } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, work: () => opened };
}

/** Work that writes down its name when it is run. */
function written(queue: WorkQueue) {
  const done: string[] = [];
  const add = (priority: number, name: string) =>
    queue.run(priority, never(), async () => {
      done.push(name);
    });
  return { done, add };
}

describe("WorkQueue", () => {
  it("runs one after the other, urgent ones first, else in their order", async () => {
    const queue = new WorkQueue();
    const first = gate();
    const { done, add } = written(queue);
    const all = [
      queue.run(2, never(), first.work),
      add(2, "slice 1"),
      add(0, "run 1"),
      add(2, "slice 2"),
      add(0, "run 2"),
    ];
    expect([queue.length, done]).toEqual([4, []]);
    first.open();
    await Promise.all(all);
    expect(done).toEqual(["run 1", "run 2", "slice 1", "slice 2"]);
    await queue.idle();
  });

  it("lets nobody wait for ever", async () => {
    const queue = new WorkQueue();
    const first = gate();
    const { done, add } = written(queue);
    const all = [queue.run(0, never(), first.work), add(2, "slice")];
    for (let i = 0; i < 20; i++) all.push(add(0, `run ${i}`));
    first.open();
    await Promise.all(all);
    expect(done.indexOf("slice")).toBe(8);
  });

  it("forgets what was taken back, and goes on after what failed", async () => {
    const queue = new WorkQueue();
    const first = gate();
    const abort = new AbortController();
    const running = queue.run(0, never(), first.work);
    const waiting = queue.run(0, abort.signal, () => Promise.reject(new Error("was run")));
    const failing = queue.run(0, never(), () => Promise.reject(new Error("failed")));
    abort.abort();
    await expect(waiting).rejects.toMatchObject({ code: "aborted" });
    expect(queue.length).toBe(1);
    first.open();
    await running;
    await expect(failing).rejects.toThrow("failed");
    expect(await queue.run(0, never(), async () => 7)).toBe(7);
    await expect(queue.run(0, abort.signal, async () => 7)).rejects.toMatchObject({ code: "aborted" });
  });
});

describe("Newest", () => {
  it("cancels the older request of a page, not another page's", () => {
    const newest = new Newest();
    const first = newest.take({ page: "a", sequence: 1 });
    const other = newest.take({ page: "b", sequence: 1 });
    const second = newest.take({ page: "a", sequence: 2 });
    expect([first.aborted, other.aborted, second.aborted]).toEqual([true, false, false]);
    expect(() => newest.take({ page: "a", sequence: 1 })).toThrow(/something newer/);
    expect(second.aborted).toBe(false);
  });

  it("remembers so many pages only", () => {
    const newest = new Newest();
    for (let page = 0; page < 1000; page++) newest.take({ page: `${page}`, sequence: 5 });
    expect(newest.take({ page: "0", sequence: 1 }).aborted).toBe(false);
    expect(() => newest.take({ page: "999", sequence: 1 })).toThrow(/something newer/);
  });
});
