import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { root } from "./command-lines.ts";
import { type DocExample, docExamples } from "./doc-examples.ts";
import { compilerValues, engineValues, exampleValues } from "./example-values.ts";
import { sandbox } from "./sandbox.ts";

const PACKAGES =
  "base native native/toolchain tracr report core models autoencoders circuits metrics discovery sweep studio conformance";
const examples = docExamples();

const home = process.cwd();
let place: Awaited<ReturnType<typeof sandbox>>;
let code: string;
const fileOf = ({ where }: DocExample) => join(code, `${where.replaceAll(/[^a-z0-9]+/gi, "-")}.ts`);

/** Which values an example is given. */
const MAKERS = { base: "engineValues", native: "engineValues", tracr: "compilerValues" } as const;
const makerOf = ({ of }: DocExample) => MAKERS[of as keyof typeof MAKERS] ?? "exampleValues";
let given: Record<string, Record<string, unknown>>;

beforeAll(async () => {
  place = await sandbox();
  const cache = join(root, "packages/cli/.cache");
  mkdirSync(cache, { recursive: true });
  code = mkdtempSync(join(cache, "examples-"));
  const exported = new Map<string, string>();
  for (const name of PACKAGES.split(" ")) {
    const specifier = `@autocircuit/${name}`;
    for (const value of Object.keys(await import(specifier))) if (!exported.has(value)) exported.set(value, specifier);
  }
  given = {
    exampleValues: await exampleValues(),
    engineValues: await engineValues(),
    compilerValues: await compilerValues(),
  };
  for (const example of examples) writeFileSync(fileOf(example), moduleOf(example, exported));
  process.chdir(place.folder);
}, 240_000);
afterAll(() => {
  process.chdir(home);
  place[Symbol.dispose]();
  rmSync(code, { recursive: true });
});

/** An example as a module: what packages export is imported, what it takes for granted is given, and what it declares is its own. */
function moduleOf(example: DocExample, exported: ReadonlyMap<string, string>): string {
  const used = wordsOf(example.code);
  const local = (path: string) => relative(code, join(root, path));
  const imports = used.flatMap((name) => {
    const from = exported.get(name) ?? (name === example.documented ? local(example.file) : undefined);
    return from === undefined ? [] : [`import { ${name} } from "${from}";`];
  });
  const maker = makerOf(example);
  return [
    ...imports,
    `import { expectValue, type ${maker}, type TypesOnly } from "${local("packages/cli/test/example-values.ts")}";`,
    `type Given = TypesOnly & Awaited<ReturnType<typeof ${maker}>>;`,
    `export default async function ({ ${givenNames(example).join(", ")} }: Given) {`,
    "{",
    withChecks(example.code),
    "}",
    "}",
    "",
  ].join("\n");
}

/** What a line of an example gives, where the comment behind it says so as JSON, is held against that. */
function withChecks(text: string): string {
  const line = /^(\s*)(?!const |let |using |await using |for |if |return |console|}|\/\/)(.+);\s*\/\/ (.+)$/gm;
  return text.replace(line, (whole, indent: string, expression: string, comment: string) => {
    try {
      JSON.parse(comment);
    } catch {
      return whole;
    }
    return `${indent}expectValue(await (${expression.replace(/^await /, "")}), ${comment});`;
  });
}

const ONLY_TYPES = ["activations", "residual", "report", "set"];

/** Examples whose types are checked, but which are not run, and why. */
const NOT_RUN: readonly [RegExp, string][] = [
  [/resolveModelFolder\(|resolveHubFolder\(|loadAutoencoders\(/, "fetches from the network"],
  [/await build\(|buildCuda\(|ensureLibTorch\(/, "fetches LibTorch or compiles"],
  [/openDevice\(/, "needs weights on whatever device there is"],
  [/signature\(/, "makes a function known to all tests of this process"],
  [/runConformance\(/, "reads the folder of another repository"],
  [/pythia-70m|gguf"/, "reads a model that is not here"],
  [/constrainedProbing\(|trainKnockouts\(|trainAutoencoders\(|ugs\(|edgePruning\(/, "trains for long"],
  [/latentPlaces\(|labelledLatents\(|latentNumber\(/, "needs a model with autoencoders"],
  [/mibSizes\(model|Tree Probing/, "needs a graph of a thousand edges"],
];

function notRun({ code }: DocExample): string | undefined {
  const used = wordsOf(code);
  if (ONLY_TYPES.some((name) => used.includes(name))) return "takes what is there for its type alone";
  return NOT_RUN.find(([what]) => what.test(code))?.[1];
}

/** Of what is given, that which an example names. */
function givenNames(example: DocExample): string[] {
  const names = [...Object.keys(given[makerOf(example)]!), ...ONLY_TYPES];
  const used = new Set(wordsOf(example.code));
  return names.filter((name) => used.has(name));
}

/** Names in code; not those of properties, nor what strings and comments hold. */
function wordsOf(text: string): string[] {
  const bare = text.replace(/"(?:[^"\\]|\\.)*"|\/\/.*$/gm, "");
  return [...new Set(Array.from(bare.matchAll(/(?<!(?<!\.\.)\.|\w)[A-Za-z_]\w*/g), ([word]) => word))];
}

describe("the examples in the comments of the sources", () => {
  it("are found", () => {
    expect(examples.length).toBeGreaterThan(120);
  });

  it("have the types of the packages", async () => {
    const config = {
      extends: join(root, "tsconfig.base.json"),
      compilerOptions: {
        noEmit: true,
        noUnusedLocals: false,
        noUnusedParameters: false,
        typeRoots: [join(root, "node_modules/@types")],
      },
      include: ["*.ts", join(root, "packages/cli/src/cli-progress.d.ts")],
    };
    writeFileSync(join(code, "tsconfig.json"), JSON.stringify(config));
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    const said = await new Promise<string>((resolve) => {
      execFile(process.execPath, [tsc, "-p", code], { maxBuffer: 2 ** 26 }, (_error, out, err) => resolve(out + err));
    });
    expect(said).toBe("");
  }, 240_000);

  it.each(
    examples.filter((example) => notRun(example) === undefined).map((example) => [example.where, example] as const),
  )(
    "%s runs",
    async (_where, example) => {
      for (const name of ["log", "table"] as const) vi.spyOn(console, name).mockImplementation(() => {});
      const { default: run } = await import(fileOf(example));
      // Each in a folder of its own, where all files of the sandbox are.
      const folder = mkdtempSync(join(tmpdir(), "example-"));
      for (const name of readdirSync(place.folder)) symlinkSync(join(place.folder, name), join(folder, name));
      process.chdir(folder);
      try {
        await run(given[makerOf(example)]);
      } finally {
        process.chdir(place.folder);
        rmSync(folder, { recursive: true });
      }
    },
    120_000,
  );
});
