import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";
import { root } from "./command-lines.ts";

// The program as built: signals are those of a process.
const dist = join(root, "packages/cli/dist");

/** How a process ends, and what it said. */
function outcome(child: ChildProcess): Promise<{ signal: string | null; text: string }> {
  let text = "";
  child.stdout!.on("data", (data) => {
    text += data;
  });
  return new Promise((resolve) => child.once("exit", (_code, signal) => resolve({ signal, text })));
}

it("a signal that comes before work that holds up the event loop, and was not heard of, is not lost", async () => {
  const busy = "const busy = (ms) => { for (const end = performance.now() + ms; performance.now() < end; ); };";
  // In the callback of a poll: the event loop looks for signals only after the immediates that follow.
  const program = `${busy}
    import { readFile } from "node:fs";
    import { stopOnInterrupt, synchronously } from ${JSON.stringify(pathToFileURL(join(dist, "support/interrupt.js")).href)};
    stopOnInterrupt(new AbortController());
    readFile(${JSON.stringify(join(root, "package.json"))}, async () => {
      process.stdout.write("busy ");
      busy(400);
      await synchronously(() => busy(3000));
      setTimeout(() => process.stdout.write("lost"), 1000);
    });`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  child.stdout.once("data", () => child.kill("SIGINT"));
  expect(await outcome(child)).toEqual({ signal: "SIGINT", text: "busy " });
});

it("prompts by the hundred thousand end at once, and leave no file", async () => {
  const folder = mkdtempSync(join(tmpdir(), "autocircuit-interrupt-"));
  const args = ["datasets", "docstring", "--count", "100000", "--out", folder];
  const child = spawn(process.execPath, [join(dist, "main.js"), ...args], { stdio: ["ignore", "pipe", "inherit"] });
  setTimeout(() => child.kill("SIGINT"), 1500);
  expect(await outcome(child)).toEqual({ signal: "SIGINT", text: "" });
  expect(readdirSync(folder)).toEqual([]);
  rmSync(folder, { recursive: true });
});
