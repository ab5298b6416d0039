// node scripts/gpu/table.mjs gpu.json: the tables of docs/cuda.md, from what check.py wrote.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const KINDS = ["float32", "tf32", "bfloat16"];

/** @param {any} report gpu.json @returns {string} two tables: what was checked, and how long everything took */
export function tables(report) {
  return [checks(report), times(report)].map((rows) => rows.join("\n")).join("\n\n");
}

function checks({ gpu, torch, cuda, date, parts }) {
  const where = `${gpu.split(",")[0]}, driver ${gpu.split(",").at(-1).trim()}`;
  const rows = [
    ["conformance, float32", /^conformance-/, counted],
    ["C++ tests of the kernels", /^tests-kernels$/, counted],
    ["C++ tests of the engine, float64 and rounded", /^tests-(?!kernels|without)/, counted],
    ["C++ tests of the engine without kernels", /^tests-without/, counted],
    ["compute-sanitizer memcheck", /^memcheck-/, sanitized],
    ["compute-sanitizer racecheck", /^racecheck-/, sanitized],
  ];
  return [
    "| where | LibTorch, CUDA | what | came out | when |",
    "| --- | --- | --- | --- | --- |",
    ...rows.map(([what, name, told]) => {
      const found = parts.filter((part) => name.test(part.name));
      return `| ${where} | ${torch.split("+")[0]}, ${cuda} | ${what} | ${told(found)} | ${date} |`;
    }),
  ];
}

/** What did not come to its end is said beside what was counted. */
function counted(parts) {
  if (parts.length === 0) return "not run";
  const sum = (key) => parts.reduce((total, part) => total + (part[key] ?? 0), 0);
  return [`${sum("passed")} passed, ${sum("failed")} failed`, ...unfinished(parts)].join("; ");
}

function sanitized(parts) {
  if (parts.length === 0) return "not run";
  const clean = parts.filter((part) => part.errors === 0 && part.code === 0);
  const errors = parts.reduce((total, part) => total + (part.errors ?? 0), 0);
  const names = clean.map(({ name }) => name.replace(/^\w+check-/, ""));
  return [`${errors} errors (clean: ${names.join(", ") || "none"})`, ...unfinished(parts)].join("; ");
}

function unfinished(parts) {
  const names = parts.filter(
    (part) => part.skipped || part.timedOut || (part.passed === undefined && part.errors === undefined),
  );
  return names.length === 0 ? [] : [`not finished: ${names.map(({ name }) => name).join(", ")}`];
}

function times({ parts }) {
  const result = (name) => parts.find((part) => part.name === name)?.result;
  const pytorch = result("pytorch")?.milliseconds ?? {};
  const benches = KINDS.map((kind) => new Map((result(`bench-${kind}`)?.results ?? []).map((one) => [one.name, one])));
  const names = [...new Set(benches.flatMap((bench) => [...bench.keys()]))];
  const row = (what, cells) => `| ${what} | ${cells.join(" | ")} |`;
  const torchRow = (name) => {
    const cell = (kind) => {
      const found = pytorch[kind]?.[name];
      return found ? `${milliseconds(found.eager)}; as a graph ${milliseconds(found.graph)}` : "not run";
    };
    return row(`PyTorch: ${name}`, KINDS.map(cell));
  };
  const lines = names.map((name) =>
    row(
      name,
      benches.map((bench) => {
        const found = bench.get(name);
        return found ? `${milliseconds(1000 * found.seconds)}, ${found.timesPlain.toFixed(2)} x` : "not run";
      }),
    ),
  );
  return [
    "| what | float32 | TF32 | bfloat16 |",
    "| --- | --- | --- | --- |",
    torchRow("plain"),
    torchRow("plain-acdc"),
    ...lines,
  ];
}

function milliseconds(value) {
  return `${value.toFixed(value < 1 ? 3 : 2)} ms`;
}

/** What is wrong with a file, in a sentence; else its report. */
function readReport(file) {
  let text;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    return { problem: `${file} cannot be read (${error.code}): name the gpu.json that check.py wrote.` };
  }
  let report;
  try {
    report = JSON.parse(text);
  } catch {
    return { problem: `${file} is no JSON: name the gpu.json that check.py wrote.` };
  }
  const missing = ["gpu", "torch", "cuda", "date", "parts"].filter((key) => report?.[key] === undefined);
  if (missing.length === 0 && Array.isArray(report.parts)) return { report };
  const what = missing.length === 0 ? "its parts are no list" : `it lacks ${missing.join(", ")}`;
  return { problem: `${file} is not what check.py writes, ${what}: name its gpu.json.` };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [file] = process.argv.slice(2);
  const { report, problem } =
    file === undefined ? { problem: "Usage: node scripts/gpu/table.mjs gpu.json" } : readReport(file);
  if (problem === undefined) console.log(tables(report));
  else {
    console.error(problem);
    process.exitCode = 2;
  }
}
