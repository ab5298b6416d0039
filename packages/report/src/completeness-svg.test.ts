import { describe, expect, it } from "vitest";
import { parseMarkup } from "../test/markup.ts";
import type { CompletenessPoint } from "./completeness-point.ts";
import { completenessSvg } from "./completeness-svg.ts";

const points: CompletenessPoint[] = [
  { task: "reverse", algorithm: "acdc", size: 12, knockouts: 3, kl: 0.2, knockoutKl: 0.9 },
  { task: "reverse", algorithm: "probing", size: 12, knockouts: 5, kl: 0.4, knockoutKl: 0.5 },
  { task: "ioi", algorithm: "acdc", size: 50, knockouts: 10, kl: 1.1, knockoutKl: 0.8 },
];
const texts = (svg: string) => parseMarkup(svg).flatMap((e) => (e.name === "text" ? [e.text] : []));

describe("completenessSvg", () => {
  it("has a panel a task, a point a circuit and a dashed line of equal divergences", async () => {
    const svg = await completenessSvg(points);
    const words = texts(svg);
    for (const word of ["reverse", "ioi", "acdc", "probing", "KL divergence (nats)"]) expect(words).toContain(word);
    expect(words).toContain("KL divergence under knockouts (nats)");
    for (const text of [
      "acdc: 12 edges, 3 knocked out",
      "probing: 12 edges, 5 knocked out",
      "acdc: 50 edges, 10 knocked out",
    ])
      expect(svg.match(new RegExp(`aria-label="${text}"`, "g"))).toHaveLength(1);
    expect(svg.match(/stroke-dasharray="4,4"/g)).toHaveLength(2);
    expect(svg).toMatch(/<title>KL divergence under knockouts/);
  });

  it("leaves out what is no number, and refuses to draw nothing", async () => {
    const svg = await completenessSvg([...points, { ...points[0]!, algorithm: "broken", kl: Number.NaN }]);
    expect(texts(svg)).not.toContain("broken");
    await expect(completenessSvg([{ ...points[0]!, kl: Number.NaN }])).rejects.toThrow(/no finite point/);
    await expect(completenessSvg([{ task: "t" }] as never)).rejects.toThrow(/knockoutKl/);
  });

  it("shows hostile names as text", async () => {
    const svg = await completenessSvg([{ ...points[0]!, task: "<script>", algorithm: "a\u202eb" }]);
    expect(svg).not.toContain("<script>");
    expect(svg).not.toContain("\u202e");
  });
});
