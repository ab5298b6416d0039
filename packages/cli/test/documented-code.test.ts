import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setMaxEdges } from "@autocircuit/core";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type CodeBlock, codeBlocks } from "./code-blocks.ts";
import { root } from "./command-lines.ts";
import { run } from "./run-program.ts";
import { sandbox } from "./sandbox.ts";

const blocks = codeBlocks();
const of = (language: string) => blocks.filter((block) => block.language === language);
const runnable = (language: string) => of(language).filter(({ needs }) => needs === undefined);
const rows = (some: CodeBlock[]) => some.map((block) => [block.where, block] as const);

const home = process.cwd();
let place: Awaited<ReturnType<typeof sandbox>>;
/** Where packages are found, as they are from a project of a user's. */
let code: string;
const fileOf = ({ where }: CodeBlock) => join(code, `${where.replaceAll(/[^a-z0-9]+/gi, "-")}.ts`);

beforeAll(async () => {
  place = await sandbox();
  const cache = join(root, "packages/cli/.cache");
  mkdirSync(cache, { recursive: true });
  code = mkdtempSync(join(cache, "code-"));
  for (const block of of("ts")) writeFileSync(fileOf(block), `${block.code}\nexport {};\n`);
  process.chdir(place.folder);
}, 120_000);
afterAll(() => {
  process.chdir(home);
  place[Symbol.dispose]();
  rmSync(code, { recursive: true });
  setMaxEdges();
});

describe("the code of README, docs and guides", () => {
  it("is found, and what is not run says why", () => {
    expect(of("ts").length).toBeGreaterThan(8);
    expect(runnable("ts").length).toBeGreaterThan(7);
    const known = new Set(["ts", "sh", "json", "yaml", "python", "text", ""]);
    expect(blocks.filter(({ language }) => !known.has(language))).toEqual([]);
    for (const { needs } of blocks) if (needs !== undefined) expect(needs).toMatch(/^needs /);
  });

  it("has the types of the packages as they are built", async () => {
    const config = {
      extends: join(root, "tsconfig.base.json"),
      compilerOptions: { customConditions: [], noEmit: true, typeRoots: [join(root, "node_modules/@types")] },
      include: ["*.ts"],
    };
    writeFileSync(join(code, "tsconfig.json"), JSON.stringify(config));
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    const said = await new Promise<string>((resolve) => {
      execFile(process.execPath, [tsc, "-p", code], (_error, out, err) => resolve(out + err));
    });
    expect(said).toBe("");
  });

  it.each(rows(runnable("ts")))(
    "%s runs",
    async (_where, block) => {
      const said = (["log", "table"] as const).map((name) => vi.spyOn(console, name).mockImplementation(() => {}));
      await import(fileOf(block));
      // The compiled programs' guide has nothing to say of its own.
      expect(said.some(({ mock }) => mock.calls.length > 0) || !block.code.includes("console.")).toBe(true);
    },
    120_000,
  );

  it.each(rows(of("json")))("%s is JSON", (_where, { code }) => {
    expect(() => JSON.parse(code)).not.toThrow();
  });

  it.each(rows(runnable("yaml")))("%s is a plan of a sweep", async (where, { code }) => {
    const file = `${where.replaceAll(/[^a-z0-9]+/gi, "-")}.yaml`;
    writeFileSync(file, code);
    const { code: exit, err } = await run(["sweep", "plan", file, "--probe", "0"]);
    expect([exit, err]).toEqual([0, ""]);
  });

  it.each(rows([...of("sh"), ...of("")]))("%s is what a shell reads", (_where, { code }) => {
    expect(() => execFileSync("bash", ["-n"], { input: code, stdio: "pipe" })).not.toThrow();
  });
});
