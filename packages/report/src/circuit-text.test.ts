import { describe, expect, it } from "vitest";
import { latentReport } from "../test/latent-samples.ts";
import { gpt2Report, reverseByTokenReport, xproportionReport } from "../test/samples.ts";
import { circuitText } from "./circuit-text.ts";

describe("circuitText", () => {
  it("sets the circuit found beside the known one, with marks", () => {
    expect(circuitText(xproportionReport())).toBe(
      [
        "tracr-xproportion: edges that edge attribution patching puts first",
        "Found 2 of 3 known edges, 1 missed, 1 extra",
        "",
        "  found                known                 score",
        "  ───────────────────  ──────────────────  ───────",
        "= A1.0->Resid End      A1.0->Resid End      0.4821",
        "= MLP 0->A1.0.V        MLP 0->A1.0.V       -0.2177",
        "+ Resid Start->A1.0.K                       0.0312",
        "-                      Resid Start->MLP 0        –",
        "",
        "= in both 2   - missed 1   + extra 1",
        "",
      ].join("\n"),
    );
  });

  it("has a last column of labels where latents of the edges shown have some", () => {
    const numbers = [40, 7];
    const labels = {
      "MLP 0 Latent 40": "years",
      "MLP 0 Latent 7": "a\u001b[2J very long text that no table has room for",
    };
    const report = latentReport({ layers: 1, heads: 1, mlp: numbers }, 2, 2, labels);
    const lines = circuitText(report).split("\n");
    expect(lines[3]).toMatch(/ +score +label$/);
    expect(lines.filter((line) => /MLP 0 Latent 40->.* years$/.test(line))).toHaveLength(1);
    expect(lines.find((line) => line.includes("Latent 7->"))).toMatch(/ a\\u\{1b\}\[2J very long .*…$/);
    expect(circuitText(latentReport({ layers: 1, heads: 1, mlp: numbers }, 2, 2))).not.toContain("label");
  });

  it("has positions in a graph by token", () => {
    const lines = circuitText(reverseByTokenReport()).split("\n");
    expect(lines[3]).toMatch(/^ {2}found +known +position +score$/);
    expect(lines.filter((line) => line.startsWith("+"))).toEqual([
      expect.stringMatching(/Resid Start->A3\.0\.V +3 +∞$/),
      expect.stringMatching(/A3\.0->Resid End +3 +∞$/),
    ]);
  });

  it("says what an infinite score means, where there is one", () => {
    expect(circuitText(reverseByTokenReport())).toMatch(/\n\n= in both .*\n∞: an edge that no threshold removed\n$/);
    expect(circuitText(xproportionReport())).not.toContain("∞");
    const alone = { ...reverseByTokenReport(), known: undefined };
    expect(circuitText(alone)).toMatch(/ ∞\n\n∞: an edge/);
  });

  it("is plain unless color is asked for, and says the same then", () => {
    const plain = circuitText(reverseByTokenReport());
    const colored = circuitText(reverseByTokenReport(), { color: true });
    expect(plain).not.toContain("\x1b");
    expect(colored).toContain("\x1b[33m+");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape sequences are what is removed
    expect(colored.replace(/\x1b\[\d+m/g, "")).toBe(plain);
  });

  it("counts the rows it leaves out", () => {
    const text = circuitText(gpt2Report(30), { maxRows: 10 });
    expect(text).toContain("  … and 20 more");
    expect(text.match(/->/g)).toHaveLength(10);
  });
});
