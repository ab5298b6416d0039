import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { run } from "../../test/run-program.ts";
import { ClaimedFolder } from "./claimed-folder.ts";

const root = mkdtempSync(join(tmpdir(), "claimed-folder-"));
afterAll(() => rmSync(root, { recursive: true }));

/** The number of a process that has ended. */
const deadPid = () => spawnSync(process.execPath, ["-e", ""]).pid;

it("a second discovery in one folder is refused at once, and told whose it is; that of a dead process is taken over", async () => {
  const out = join(root, "one");
  const args = ["discover", "tracr-reverse", "--curve", "none", "--out", out];
  const other = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
  mkdirSync(out);
  const claim = join(out, "discover.claim");
  writeFileSync(claim, JSON.stringify({ host: hostname(), pid: other.pid, token: "x" }));
  const refused = await run(args);
  expect(refused).toMatchObject({ code: 2, out: "" });
  expect(refused.err).toContain(`Process ${other.pid} is already at work in ${out}. Wait for it, stop it (kill -INT`);
  expect(readdirSync(out)).toEqual(["discover.claim"]);

  const gone = new Promise((resolve) => other.once("close", resolve));
  other.kill("SIGKILL");
  await gone;
  expect((await run(args)).code).toBe(0);
  expect(readdirSync(out).toSorted()).toEqual(["circuit.svg", "report.html", "scores.safetensors"]);
});

it("--resume starts afresh where a killed discovery left its claim and nothing else; elsewhere it is refused", async () => {
  const out = join(root, "killed");
  const args = ["discover", "tracr-reverse", "--curve", "none", "--out", out, "--resume"];
  const [claim, pid] = [join(out, "discover.claim"), deadPid()];
  const claimOf = () => writeFileSync(claim, JSON.stringify({ host: hostname(), pid, token: "x" }));
  const refused = async () => {
    const { code, err } = await run(args);
    expect([code, err]).toEqual([2, expect.stringContaining("to go on with. Leave --resume out.")]);
  };
  await refused();
  mkdirSync(out);
  writeFileSync(join(out, "notes.txt"), "mine");
  claimOf();
  await refused();
  expect(readdirSync(out)).toEqual(["notes.txt"]);

  rmSync(join(out, "notes.txt"));
  await refused();
  mkdirSync(out, { recursive: true });
  claimOf();
  const { code, out: said } = await run(args);
  expect([code, said.split("\n").filter((line) => line.includes("afresh"))]).toEqual([
    0,
    [`starting afresh: the earlier run in ${out} was ended before it had saved anything`],
  ]);
  expect(readdirSync(out).toSorted()).toEqual(["circuit.svg", "report.html", "scores.safetensors"]);
});

it("names the machine of a process elsewhere", () => {
  const out = join(root, "elsewhere");
  mkdirSync(out);
  writeFileSync(join(out, "discover.claim"), JSON.stringify({ host: "another", pid: 7, token: "x" }));
  expect(() => new ClaimedFolder(out)).toThrow(/Process 7 on another is already at work/);
});

it("folders that were made for it and stay empty are removed again, others not", () => {
  const out = join(root, "new", "inner");
  new ClaimedFolder(out)[Symbol.dispose]();
  expect(existsSync(join(root, "new"))).toBe(false);
  const kept = new ClaimedFolder(out);
  writeFileSync(join(out, "report.html"), "");
  kept[Symbol.dispose]();
  expect(readdirSync(out)).toEqual(["report.html"]);
});
