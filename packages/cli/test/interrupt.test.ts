import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
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

it.each(["SIGINT", "SIGTERM"] as const)(
  "%s before work that holds up the event loop, not heard of, is not lost",
  async (sent) => {
    const busy = "const busy = (ms) => { for (const end = performance.now() + ms; performance.now() < end; ); };";
    // In the callback of a poll: the event loop looks for signals only after the immediates that follow.
    const program = `${busy}
    import { readFile } from "node:fs";
    import { stopOnInterrupt, synchronously } from ${JSON.stringify(pathToFileURL(join(dist, "support/interrupt.js")).href)};
    stopOnInterrupt(new AbortController());
    readFile(${JSON.stringify(join(root, "package.json"))}, async () => {
      process.stdout.write("busy ");
      busy(400);
      await synchronously(() => busy(1000));
      setTimeout(() => process.stdout.write("lost"), 1000);
    });`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    child.stdout.once("data", () => child.kill(sent));
    expect(await outcome(child)).toEqual({ signal: sent, text: "busy " });
  },
);

it.each(["SIGINT", "SIGTERM"] as const)("a long search that %s stops gives its results so far", async (sent) => {
  const folder = mkdtempSync(join(tmpdir(), "autocircuit-interrupt-"));
  const how = ["--algorithm", "subnetwork-probing", "--set", "epochs=1000000", "--size", "5", "--curve", "none"];
  const args = ["discover", "tracr-reverse", ...how, "--out", folder];
  const child = spawn(process.execPath, [join(dist, "main.js"), ...args], { stdio: ["ignore", "pipe", "pipe"] });
  child.stderr.on("data", (said) => {
    if (String(said).includes(" steps will take about ")) child.kill(sent);
  });
  const { signal, text } = await outcome(child);
  expect(signal).toBe(sent);
  expect(text).toMatch(/scores as trained so far/);
  expect(text).toMatch(/go on with: autocircuit discover tracr-reverse .*--resume$/m);
  expect(readdirSync(folder).toSorted()).toEqual(["scores-so-far.safetensors", "search.json"]);
  rmSync(folder, { recursive: true });
});

it("a long search that is killed goes on from what it left", async () => {
  const folder = mkdtempSync(join(tmpdir(), "autocircuit-interrupt-"));
  const how = ["--algorithm", "subnetwork-probing", "--set", "epochs=1000000", "--size", "5", "--curve", "none"];
  const args = [join(dist, "main.js"), "discover", "tracr-reverse", ...how, "--out", folder];
  const killed = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  const ended = outcome(killed);
  const scores = join(folder, "scores-so-far.safetensors");
  while (!existsSync(scores)) await setTimeout(50);
  killed.kill("SIGKILL");
  expect((await ended).signal).toBe("SIGKILL");
  expect(existsSync(join(folder, "search.json"))).toBe(true);
  const child = spawn(process.execPath, [...args, "--resume"], { stdio: ["ignore", "pipe", "pipe"] });
  child.stderr.on("data", () => child.kill("SIGINT"));
  expect((await outcome(child)).text).toContain("going on with where subnetwork-probing stood");
  rmSync(folder, { recursive: true });
});

it.each([
  ["twice at once is one stop", 'process.kill(process.pid, "SIGINT");', "whole"],
  ["again later does not wait", 'setTimeout(() => process.kill(process.pid, "SIGINT"), 200);', ""],
])("a signal %s", async (_, again, text) => {
  const program = `
    import { endBySignal, stopOnInterrupt } from ${JSON.stringify(pathToFileURL(join(dist, "support/interrupt.js")).href)};
    const abort = new AbortController();
    stopOnInterrupt(abort);
    abort.signal.addEventListener("abort", () => setTimeout(() => process.stdout.write("whole", endBySignal), 400));
    process.kill(process.pid, "SIGINT");
    ${again}
    setTimeout(() => {}, 20_000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  expect(await outcome(child)).toEqual({ signal: "SIGINT", text });
});

it.skipIf(process.platform === "win32")("a shell sees 130 and 143", () => {
  const code = (sent: string) => {
    const program = `
      import { endBySignal, stopOnInterrupt } from ${JSON.stringify(pathToFileURL(join(dist, "support/interrupt.js")).href)};
      const abort = new AbortController();
      stopOnInterrupt(abort);
      abort.signal.addEventListener("abort", () => endBySignal());
      process.kill(process.pid, "${sent}");
      setTimeout(() => {}, 20_000);`;
    // What the shell that started it prints of the signal goes to its own standard error.
    const line = `"$0" --input-type=module -e "$1"; echo $?`;
    return execFileSync("sh", ["-c", line, process.execPath, program], { encoding: "utf8", stdio: "pipe" }).trim();
  };
  expect([code("SIGINT"), code("SIGTERM")]).toEqual(["130", "143"]);
});

it("prompts by the hundred thousand end at once, and leave no file", async () => {
  const folder = mkdtempSync(join(tmpdir(), "autocircuit-interrupt-"));
  const args = ["datasets", "docstring", "--count", "100000", "--out", folder];
  const child = spawn(process.execPath, [join(dist, "main.js"), ...args], { stdio: ["ignore", "pipe", "inherit"] });
  void setTimeout(1500).then(() => child.kill("SIGINT"));
  expect(await outcome(child)).toEqual({ signal: "SIGINT", text: "" });
  expect(readdirSync(folder)).toEqual([]);
  rmSync(folder, { recursive: true });
});
