import { execFile } from "node:child_process";
import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setMaxEdges } from "@autocircuit/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EXIT } from "../src/support/exit-codes.ts";
import { inHelp, inPages, npmScriptsInPages, root, type WrittenCommand, words } from "./command-lines.ts";
import { run } from "./run-program.ts";
import { sandbox } from "./sandbox.ts";

const home = process.cwd();
let place: Awaited<ReturnType<typeof sandbox>>;
beforeAll(async () => {
  place = await sandbox();
  process.chdir(place.folder);
}, 120_000);
afterAll(() => {
  process.chdir(home);
  place[Symbol.dispose]();
  setMaxEdges();
});

/**
 * What needs a GPU, a compiler and minutes, the network or a server of Redis, or serves until it is stopped: its options are looked up in the
 * command's help instead.
 */
const ELSEWHERE =
  /^build|^studio|^libtorch install|--device cuda|--queue|^sweep run sweeps|^sweep slurm (?!.*--no-submit)/;

/** What makes files that other lines read, in this order; the rest comes after. */
const FIRST = [
  /^datasets/,
  /^convert datasets/,
  /^convert eap-ig/,
  /^discover tracr-reverse$/,
  /^discover tracr-reverse --json/,
  /^discover tracr-hist/,
  /^sweep run sweep.yaml --out results$/,
];

/** Files that a line calls as another line calls its own. */
const ITS_OWN: [RegExp, string, string][] = [[/^measure tracr-hist/, "hist/scores.safetensors", "scores.safetensors"]];

/** In a process of its own, as built: what a user's file imports is found by Node there, and here by Vitest. */
async function runBuilt(args: readonly string[]): Promise<{ code: number; err: string }> {
  const program = join(root, "packages/cli/dist/main.js");
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], (error, _out, err) =>
      resolve({ code: error ? Number(error.code) : 0, err }),
    );
  });
}

const all = [...inPages(), ...(await inHelp())];
const once = [...new Map(all.map((command) => [command.args.join(" "), command])).values()];
const rank = ({ args }: WrittenCommand) => {
  const place = FIRST.findIndex((line) => line.test(args.join(" ")));
  return place < 0 ? FIRST.length : place;
};
const [elsewhere, here] = [true, false].map((away) =>
  once.filter(({ args }) => ELSEWHERE.test(args.join(" ")) === away).toSorted((a, b) => rank(a) - rank(b)),
) as [WrittenCommand[], WrittenCommand[]];

describe("the command lines of README, docs and --help", () => {
  it("are found", () => {
    const from = new Set(all.map(({ where }) => where));
    for (const page of ["README.md", "docs/circuits.md", "docs/cuda.md", "datasets/README.md"])
      expect(from).toContain(page);
    expect(from.size).toBeGreaterThan(16);
    expect(once.length).toBeGreaterThan(55);
    expect(words(`a 'b c' --d "e f" {"g":1} # h`)).toEqual(["a", "b c", "--d", "e f", '{"g":1}']);
  });

  it.each(here.map(({ args, where }) => [args.join(" "), where, args] as const))(
    "%s (%s) runs as written",
    async (line, _where, args) => {
      for (const [wanted, from, to] of ITS_OWN) {
        if (!wanted.test(line)) continue;
        copyFileSync(to, `${to}.kept`);
        copyFileSync(from, to);
      }
      const { code, err } = /\.ts\b/.test(line) ? await runBuilt(args) : await run(args);
      for (const [wanted, , to] of ITS_OWN) if (wanted.test(line)) copyFileSync(`${to}.kept`, to);
      // Circuits and prompts here are small: that a circuit does not pass, which says so in verdicts, is an answer.
      const answered = code === EXIT.ok || (args[0] === "test" && code === EXIT.refused);
      expect(answered ? [EXIT.ok, ""] : [code, err]).toEqual([EXIT.ok, ""]);
    },
    300_000,
  );

  it.each(elsewhere.map(({ args, where }) => [args.join(" "), where, args] as const))(
    "%s (%s) has options that there are",
    async (line, _where, args) => {
      const { out } = await run([...args.slice(0, /^(libtorch|sweep)/.test(line) ? 2 : 1), "--help"]);
      for (const flag of args.filter((arg) => arg.startsWith("--"))) expect(out).toContain(` ${flag}`);
    },
  );
});

it("the npm scripts that pages name are there", () => {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const builtIn = new Set(["install", "i", "ci", "test", "start"]);
  const missing = npmScriptsInPages().filter(({ script }) => scripts[script] === undefined && !builtIn.has(script));
  expect(missing).toEqual([]);
});
