import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { EXTRA_ENTRIES } from "./packages.mjs";
import { treeProblems } from "./tree-problems.mjs";

const folders = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const manifest = (name, dependencies = {}) => {
  const extra = (EXTRA_ENTRIES[name] ?? []).map((part) => [`./${part}`, { source: `./src/${part}/index.ts` }]);
  const exports = { ".": { source: "./src/index.ts" }, ...Object.fromEntries(extra) };
  return JSON.stringify({ name: `@autocircuit/${name}`, exports, dependencies });
};

/** Two packages and some C++ that keep all rules. */
const GOOD = {
  "packages/base/package.json": manifest("base"),
  "packages/base/src/index.ts": 'export { ground } from "./ground.ts";\n',
  "packages/base/src/ground.ts": "export const ground = 1;\n",
  "packages/core/package.json": manifest("core", { "@autocircuit/base": "*" }),
  "packages/core/src/index.ts": 'export { a } from "./a.ts";\n',
  "packages/core/src/ablations/index.ts": "export const zero = 0;\n",
  "packages/core/src/a.ts":
    'import { ground } from "@autocircuit/base";\nimport { b } from "./b.ts";\nexport const a = ground + b;\n',
  "packages/core/src/b.ts": "export const b = 2;\nexport type B = number;\n",
  "native/src/runtime/error.h": "#pragma once\n",
  "native/src/operators/operators.h": '#pragma once\n#include "runtime/error.h"\n',
  "native/src/kernels/kernels.h": '#pragma once\n#include "runtime/error.h"\n',
  "native/src/kernels/cpu/products.h": '#pragma once\n#include "kernels/kernels.h"\n#include "operators/operators.h"\n',
  "native/src/tensor/op.h": "#pragma once\n",
  "native/src/masks/graph.h": "#pragma once\n",
};

/** What is wrong with {@link GOOD} where these files stand in it. */
function problemsWith(changes) {
  const root = mkdtempSync(join(tmpdir(), "check-api-"));
  folders.push(root);
  for (const [path, text] of Object.entries({ ...GOOD, ...changes })) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return treeProblems(root).problems;
}

it("has nothing against a tree that keeps the rules, nor against what only looks like an import", () => {
  expect(problemsWith({})).toEqual([]);
  const b = [
    "const quoted = 'import \"./a.ts\"';",
    'const glob = `/* from "./a.ts" */`;',
    '// import "./a.ts";',
    '/* export * from "./a.ts"; */',
    'const pattern = /["`]/; const text = "import { a } from \'./a.ts\'";',
    "export const b = [quoted, glob, pattern, text].length;",
  ].join("\n");
  expect(problemsWith({ "packages/core/src/b.ts": b })).toEqual([]);
  const operators =
    '// #include "tensor/op.h"\n/*\n#include "masks/graph.h"\n*/\n#include <vector>\n#include "runtime/error.h"\n';
  expect(problemsWith({ "native/src/operators/operators.h": operators })).toEqual([]);
});

describe("circles of files", () => {
  const circle = /import each other in a circle: packages\/core\/src\/a\.ts, packages\/core\/src\/b\.ts$/;
  it.each([
    ["a value", 'import { a } from "./a.ts";\nexport const b = () => a;'],
    ["a type", 'import type { A } from "./a.ts";\nexport const b = 2 as A;'],
    ["an import for its effects", 'import "./a.ts";\nexport const b = 2;'],
    ["an export", 'export * from "./a.ts";\nexport const b = 2;'],
    ["import()", 'export const b = async () => (await import("./a.ts")).a;'],
    ["the type of an import", 'export const b = 2;\nexport type A = import("./a.ts").A;'],
    ["the ending that is compiled", 'import { a } from "./a.js";\nexport const b = () => a;'],
    [
      "between texts that look like a comment",
      'const all = "a/**";\nimport { a } from "./a.ts";\nexport const b = [all, "*/", a];',
    ],
    [
      "behind a pattern with a quotation mark",
      'const marks = /[`"]/; import { a } from "./a.ts";\nexport const b = [marks, a];',
    ],
  ])("by %s", (_, text) => {
    expect(problemsWith({ "packages/core/src/b.ts": text })).toEqual([expect.stringMatching(circle)]);
  });

  it("by the package's own index", () => {
    const text = 'import type { a } from "@autocircuit/core";\nexport const b = 2 as typeof a;';
    expect(problemsWith({ "packages/core/src/b.ts": text })).toEqual([
      expect.stringMatching(/in a circle: packages\/core\/src\/a\.ts, .*b\.ts, .*index\.ts$/),
    ]);
  });

  it("but not that of the RASP syntax tree, whose files alone may have one", () => {
    const language = (files) =>
      Object.fromEntries(
        Object.entries(files).map(([name, from]) => [
          `packages/tracr/src/language/${name}.ts`,
          `import type { T } from "./${from}.ts";\nexport type { T };\n`,
        ]),
      );
    const tracr = {
      "packages/tracr/package.json": manifest("tracr"),
      "packages/tracr/src/index.ts": 'export type { T } from "./language/node.ts";\n',
    };
    expect(problemsWith({ ...tracr, ...language({ node: "selector", selector: "sop", sop: "node" }) })).toEqual([]);
    expect(problemsWith({ ...tracr, ...language({ node: "children", children: "node" }) })).toEqual([
      expect.stringMatching(/in a circle: packages\/tracr\/src\/language\/children\.ts, .*node\.ts$/),
    ]);
  });
});

describe("imports between packages", () => {
  const inBase = (text) => problemsWith({ "packages/base/src/ground.ts": `${text}\nexport const ground = 1;\n` });
  it.each([
    'import "@autocircuit/core";',
    'import type { a } from "@autocircuit/core";',
    'type A = import("@autocircuit/core").A;',
  ])("run downwards: %s", (text) => {
    expect(inBase(text)).toContainEqual(
      expect.stringMatching(/ground\.ts: imports @autocircuit\/core: is not in the package's dependencies/),
    );
    const named = { "packages/base/package.json": manifest("base", { "@autocircuit/core": "*" }) };
    expect(
      problemsWith({ ...named, "packages/base/src/ground.ts": `${text}\nexport const ground = 1;\n` }),
    ).toContainEqual(
      expect.stringMatching(/ground\.ts: imports @autocircuit\/core: runs upwards.*base is at 0, core at 2/),
    );
  });

  it.each([
    ["@autocircuit/core/src/b.ts", /reaches into another package|dependencies/],
    ["../../core/src/b.ts", /leaves the package by its folder/],
    ["fs", /write node:fs/],
    ["left-pad", /not in the package's dependencies/],
  ])("no other way: %s", (from, why) => {
    expect(inBase(`import "${from}";`)).toContainEqual(expect.stringMatching(why));
  });
});

it("refuses a name that means two things", () => {
  const index = 'export { a } from "./a.ts";\nexport const ground = 3;\n';
  expect(problemsWith({ "packages/core/src/index.ts": index })).toEqual([
    expect.stringMatching(/^ground means different things: @autocircuit\/base .*; @autocircuit\/core/),
  ]);
});

describe("includes", () => {
  const upwards = (file) =>
    expect.stringMatching(new RegExp(`^native/src/${file}: includes .*: runs upwards or sideways`));
  it.each([
    ["operators/operators.h", '#include "tensor/op.h"'],
    ["operators/operators.h", "#include <kernels/cpu/products.h>"],
    ["operators/operators.h", '#  include "kernels/kernels.h"'],
    ["operators/operators.h", '   #include "masks/graph.h"'],
    ["operators/operators.h", "\t#\tinclude\t<masks/graph.h>  // why"],
    ["operators/operators.h", '/* why */ #include "masks/graph.h"'],
    ["operators/operators.h", '#include "../tensor/op.h"'],
    ["operators/operators.h", 'const char* all = "a/*";\n#include "masks/graph.h"\nconst char* end = "*/";'],
    ["kernels/kernels.h", '#include "masks/graph.h"'],
    ["kernels/kernels.h", '#include "kernels/cpu/products.h"'],
    ["kernels/kernels.h", '#include "cpu/products.h"'],
    ["runtime/error.h", '#include "tensor/op.h"'],
  ])("of %s do not run upwards: %s", (file, line) => {
    expect(problemsWith({ [`native/src/${file}`]: `${line}\n` })).toEqual([upwards(file)]);
  });

  const ofCuda = {
    "native/cuda/src/kernels/rows.h": '#pragma once\n#include "operators/table.h"\n',
    "native/cuda/src/launch/launch.h": '#pragma once\n#include "kernels/rows.h"\n#include "runtime/error.h"\n',
    "native/cuda/src/library.h": '#pragma once\n#include "launch/launch.h"\n',
    "native/src/operators/table.h": "#pragma once\n",
  };
  it("of the CUDA library run down its folders, and to what it shares with the engine", () => {
    expect(problemsWith(ofCuda)).toEqual([]);
  });
  it.each([
    ["native/cuda/src/kernels/rows.h", "launch/launch.h", "runs upwards or sideways (kernels is at 0, launch at 1)"],
    ["native/cuda/src/launch/launch.h", "library.h", "runs upwards or sideways (launch is at 1, . at 3)"],
    [
      "native/cuda/src/kernels/rows.h",
      "native/src/masks/graph.h",
      "is not among what native/cuda/src shares with other trees",
    ],
    ["native/src/masks/graph.h", "native/cuda/src/library.h", "is not among what native/src shares with other trees"],
  ])("of %s do not lead to %s", (file, target, why) => {
    const named = target.replace("native/src/masks", "masks").replace("native/", "../../");
    expect(problemsWith({ ...ofCuda, [file]: `#include "${named}"\n` })).toEqual([
      `${file}: includes ${target}: ${why}`,
    ]);
  });

  it("say which file they mean", () => {
    expect(problemsWith({ "native/src/tensor/op.h": "#include HEADER\n" })).toEqual([
      "native/src/tensor/op.h: includes HEADER: write the file, so that it can be seen which it is",
    ]);
  });

  it("belong to folders with a rank", () => {
    expect(problemsWith({ "native/src/kernels/npu/row.h": "#pragma once\n" })).toEqual([
      "native/src/kernels/npu: has no rank in TREES of scripts/api/include-rules.mjs",
    ]);
  });
});

it("an operator has a file of its name on each device", () => {
  const table = '#define AUTOCIRCUIT_OPERATORS(OPERATOR) \\\n  OPERATOR(sum_rows_, "() -> ()", void())\n';
  const files = Object.fromEntries(
    [
      "src/kernels/cpu/sum_rows.cc",
      "cuda/src/device_operators/sum_rows.cc",
      "cuda/src/kernels/sum_rows.h",
      "cuda/src/launch/sum_rows.cu",
      "cuda/test/sum_rows_test.cc",
    ].map((file) => [`native/${file}`, ""]),
  );
  const tree = { "native/src/operators/table.h": table, ...files };
  expect(problemsWith(tree)).toEqual([]);
  const { "native/cuda/src/kernels/sum_rows.h": _, ...without } = tree;
  expect(problemsWith(without)).toEqual([
    "native/src/operators/table.h: the operator sum_rows has no native/cuda/src/kernels/sum_rows.h",
  ]);
});

describe("what C++ throws", () => {
  const body = (statement) => `void f() {\n  ${statement}\n}\n`;
  it.each([
    ["native/src/tensor/op.cc", 'throw std::invalid_argument("why");', "std::invalid_argument"],
    ["native/src/tensor/op.cc", "throw error;", "error"],
    ["native/src/tensor/op.cc", "throw *error;", "*error"],
    ["native/src/binding/f.cc", "throw to_js_error(env, error);", "to_js_error"],
    ["native/src/binding/f.cc", "throw\n      Napi::Error::New(env);", "Napi::Error::New"],
    ["native/src/binding/f.cc", "error.ThrowAsJavaScriptException();", "by ThrowAsJavaScriptException"],
    ["native/src/tensor/op.cc", 'TORCH_CHECK(fits, "why");', "by TORCH_CHECK"],
    ["native/cuda/src/launch/launch.h", "TORCH_CHECK_VALUE (fits);", "by TORCH_CHECK_VALUE"],
  ])("is an Error with a code: %s, %s", (path, statement, what) => {
    expect(problemsWith({ [path]: body(statement) })).toEqual([
      `${path}: throws ${what}: throw an Error of runtime/error.h, which has a code`,
    ]);
  });

  it.each([
    ["native/src/tensor/op.cc", 'throw Error(ErrorCode::shape, "throw std::exception");'],
    ["native/src/tensor/op.cc", "try {\n  } catch (...) {\n    throw;\n  }"],
    ["native/src/tensor/op.cc", "// throw std::bad_alloc();\n  /* TORCH_CHECK(false) */ std::rethrow_exception(e);"],
    ["native/src/binding/errors.h", "throw to_js_error(env, error);"],
    ["native/src/tensor/op_test.cc", "throw 7;"],
  ])("may be thrown: %s, %s", (path, statement) => {
    expect(problemsWith({ [path]: body(statement) })).toEqual([]);
  });
});
