import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { checkTracrConformance } from "../../src/tracr/check-folder.ts";

const fixtures = fileURLToPath(new URL("fixtures", import.meta.url));
const shared = fileURLToPath(new URL("../../../../../shared/conformance/tracr", import.meta.url));

function failuresOf(directory: string): { checks: number; failures: string[] } {
  const failures: string[] = [];
  let checks = 0;
  checkTracrConformance(directory, (name, ok, detail) => {
    checks++;
    if (!ok) failures.push(`${name}: ${detail}`);
  });
  return { checks, failures };
}

describe.skipIf(!existsSync(shared))(
  "all golden data of tracr (skipped where the shared conformance folder is absent)",
  () => {
    test("every weight, label and config is equal, every output within 1e-12", () => {
      const { checks, failures } = failuresOf(shared);
      expect(failures.slice(0, 20)).toEqual([]);
      expect(checks).toBeGreaterThan(1400);
    });
  },
);

describe("golden fixtures of this package", () => {
  const scratch = mkdtempSync(join(tmpdir(), "tracr-"));
  afterAll(() => rmSync(scratch, { recursive: true }));

  test("every weight, label and config is equal, every output within 1e-12", () => {
    const { checks, failures } = failuresOf(fixtures);
    expect(failures).toEqual([]);
    expect(checks).toBeGreaterThan(100);
  });

  // A checker that cannot fail proves nothing: every kind of golden value, altered, must be noticed.
  const alterations: [file: string, what: string, change: (content: never) => void][] = [
    [
      "reverse.json",
      "W_in",
      (model: { weights_tl64: { W_in: { nz: number[][] } } }) => nudge(model.weights_tl64.W_in.nz[5]!),
    ],
    ["reverse.json", "residual labels", (model: { residual_labels: string[] }) => void model.residual_labels.reverse()],
    ["reverse.json", "graph", (model: { graph: { depth: number }[] }) => void model.graph[0]!.depth++],
    ["reverse.json", "config", (model: { config: { d_head: number } }) => void model.config.d_head++],
    ["reverse.json", "blocks", (model: { blocks: { fst: number[][] }[] }) => nudge(model.blocks[1]!.fst[0]!)],
    [
      "reverse_logits.json",
      "clean logits",
      (run: { logits_clean_w64: number[][][] }) => nudge(run.logits_clean_w64[3]![2]!),
    ],
    [
      "reverse_logits.json",
      "corrupt answers",
      (run: { wrong_answers: number[][] }) => void run.wrong_answers[0]![0]!++,
    ],
    ["programs.json", "outputs", (cases: { output_raw: number[][] }[]) => nudge(cases[0]!.output_raw[2]!)],
    ["programs.json", "evaluator", (cases: { rasp_eval: unknown[] }[]) => void cases[0]!.rasp_eval.fill(7)],
    ["programs.json", "used hidden", (cases: { used_hidden: number[] }[]) => void cases[0]!.used_hidden[0]!++],
    [
      "random_programs.json",
      "decoded",
      (cases: { outputs: { decoded: unknown[] }[] }[]) => void cases[0]!.outputs[0]!.decoded.fill(9),
    ],
  ];

  test.each(alterations)("notices a change in %s: %s", (file, what, change) => {
    for (const name of readdirSync(fixtures)) {
      const content = JSON.parse(readFileSync(join(fixtures, name), "utf8"));
      if (name === file) change(content as never);
      writeFileSync(join(scratch, name), JSON.stringify(content));
    }
    const { failures } = failuresOf(scratch);
    expect(failures.length).toBe(1);
    expect(failures[0]).toContain(what);
  });

  test("reports files and tasks that it does not know", () => {
    for (const name of readdirSync(scratch)) rmSync(join(scratch, name));
    expect(() => checkTracrConformance(scratch, () => {})).toThrow("no JSON files");
    writeFileSync(join(scratch, "odd.json"), JSON.stringify([{ hello: 1 }]));
    writeFileSync(
      join(scratch, "other_logits.json"),
      JSON.stringify({ task: "other", clean_tokens: [], logits_clean_w64: [] }),
    );
    expect(failuresOf(scratch).failures).toEqual([
      expect.stringContaining("odd.json: known shape"),
      expect.stringContaining("other_logits.json: known model"),
    ]);
  });
});

function nudge(numbers: number[]): void {
  numbers[numbers.length - 1]! += 1e-9;
}
