import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { addonPath } from "../lib/loader.ts";

const run = promisify(execFile);

const LOAD = `
  const addon = require(${JSON.stringify(addonPath())});
  const product = (n, times) => {
    let [a] = addon.apply("full", [], [[n, n], 1 / n, "float32"]);
    for (let i = 0; i < times; i++) [a] = addon.apply("matmul", [a, a], []);
    return a;
  };
`;

/** Runs a script in a Node of its own and gives what it printed. A crash or a hang rejects. */
async function node(script: string): Promise<string> {
  const { stdout } = await run(process.execPath, ["-e", LOAD + script], { timeout: 60_000 });
  return stdout.trim();
}

describe("the end of a process", () => {
  it("comes when nothing is awaited, though the executor lives", async () => {
    expect(await node(`product(64, 10); console.log("end")`)).toBe("end");
  });
  it("waits for a promise that is outstanding", async () => {
    expect(await node(`addon.toHost(product(256, 20)).then((data) => console.log(data.length))`)).toBe("65536");
  });
  it("comes at process.exit() in the middle of work", async () => {
    const script = `addon.toHost(product(512, 500)); setTimeout(() => { console.log("exit"); process.exit(0) }, 50)`;
    expect(await node(script)).toBe("exit");
  });
  it("comes after an uncaught exception in the middle of work", async () => {
    await expect(node(`product(512, 500); throw new Error("lost")`)).rejects.toMatchObject({ code: 1, signal: null });
  });
});

describe("worker threads", () => {
  const work = `
    const { parentPort } = require("node:worker_threads");
    ${LOAD}
    addon.toHost(product(32, 3)).then((data) => parentPort.postMessage(data[0]));
  `;
  it("load the addon beside the main thread, several at once", async () => {
    const results = await Promise.all(
      Array.from({ length: 3 }, () => {
        const worker = new Worker(work, { eval: true });
        return new Promise((resolve, reject) => {
          worker.once("message", resolve);
          worker.once("error", reject);
        });
      }),
    );
    for (const result of results) expect(result).toBeCloseTo(1 / 32);
  });
  it("can be terminated in the middle of work; the main thread goes on", async () => {
    const script = `
      const { Worker } = require("node:worker_threads");
      const worker = new Worker(${JSON.stringify(`${LOAD} addon.toHost(product(512, 500)); addon.synchronize().then(() => {});`)}, { eval: true });
      setTimeout(async () => {
        await worker.terminate();
        const data = await addon.toHost(product(16, 1));
        console.log(data.length);
      }, 300);
    `;
    expect(await node(script)).toBe("256");
  });

  it("can be terminated at any moment: while the addon loads, while calls are made, while promises are settled", async () => {
    const work = `${LOAD} const go = () => Promise.all([1, 2, 3].map(() => addon.toHost(product(32, 20)))).then(go); go();`;
    const script = `
      const { Worker } = require("node:worker_threads");
      (async () => {
        for (let i = 0; i < 60; i++) {
          const worker = new Worker(${JSON.stringify(work)}, { eval: true });
          await new Promise((resolve) => setTimeout(resolve, 2 * i));
          await worker.terminate();
        }
        console.log("all gone");
      })();
    `;
    expect(await node(script)).toBe("all gone");
  }, 60_000);
});
