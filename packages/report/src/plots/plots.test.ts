import { afterEach, describe, expect, it, vi } from "vitest";
import { parseMarkup } from "../../test/markup.ts";
import { areaPlotSvg } from "./area-plot.ts";
import { costPlotSvg } from "./cost-plot.ts";
import { metricPlotSvg } from "./metric-plot.ts";
import type { MetricSeries } from "./metric-series.ts";
import { rocPlotSvg } from "./roc-plot.ts";
import { similarityPlotSvg } from "./similarity-plot.ts";
import { trainingPlotSvg } from "./training-plot.ts";

const texts = (svg: string) => parseMarkup(svg).flatMap((e) => (e.name === "text" ? [e.text] : []));
const marks = (svg: string, kind: string) => svg.match(new RegExp(`aria-roledescription="${kind}"`, "g"))?.length ?? 0;
const warnings = vi.spyOn(console, "warn");
/** What Vega thinks odd of a specification would be told to users, who can do nothing about it. */
afterEach(() => {
  expect(warnings).not.toHaveBeenCalled();
  warnings.mockClear();
});

const line = (...values: number[]) => values.map((value, i) => ({ size: i === 0 ? 0 : 10 ** (i - 1), value }));
const series: MetricSeries[] = [
  { task: "one", algorithm: "ACDC", points: line(0, 50, 90, 100) },
  { task: "one", algorithm: "Random", points: line(0, 10, 40, 100).map((point) => ({ ...point, deviation: 5 })) },
  { task: "two", algorithm: "ACDC", points: line(0, 30, 100) },
  { task: "two", algorithm: "GT", points: [{ size: 7, value: 80 }] },
];
const metric = "Logit Difference Percent";

describe("costPlotSvg", () => {
  const points = [
    { task: "one", algorithm: "ACDC", cost: 12, quality: 0.9 },
    { task: "one", algorithm: "Random", cost: 0.001, quality: 0.5 },
    { task: "two", algorithm: "<b>", cost: 3, quality: 1 },
  ];
  it("has a panel a task and a point an algorithm, cost by powers of ten", async () => {
    const svg = await costPlotSvg(points, { cost: "seconds", quality: "area" });
    const words = texts(svg);
    for (const word of ["one", "two", "ACDC", "Random", "<b>", "seconds", "area", "0.001", "10"])
      expect(words).toContain(word);
    expect(marks(svg, "point")).toBe(points.length);
  });

  it("says what it cannot draw", async () => {
    const options = { cost: "seconds", quality: "area" };
    await expect(costPlotSvg([], options)).rejects.toThrow(/`points` is empty/);
    await expect(costPlotSvg([{ ...points[0]!, cost: 0 }], options)).rejects.toThrow(/the cost above zero/);
  });
});

describe("metricPlotSvg", () => {
  it("has a panel a task, a line an algorithm, a band where there is a deviation, a named cross for a single circuit", async () => {
    const svg = await metricPlotSvg(series, { metric });
    const words = texts(svg);
    for (const word of ["one", "two", "ACDC", "Random", "0", "1", "10", "100"]) expect(words).toContain(word);
    expect(words.filter((word) => word === "Logit Difference Percent")).toHaveLength(2);
    expect(words.filter((word) => word === "Circuit Edges")).toHaveLength(2);
    // Beside the cross, and in the legend.
    expect(words.filter((word) => word === "GT")).toHaveLength(2);
    expect(marks(svg, "line mark")).toBe(3);
    expect(marks(svg, "area mark")).toBe(1);
  });

  it("raises values to the least on a logarithmic axis", async () => {
    const falling = [{ task: "t", algorithm: "a", points: line(1, 0.1, 0.001, 0) }];
    const words = texts(await metricPlotSvg(falling, { metric: "KL", log: true, least: 0.01 }));
    expect(words).toContain("0.01");
    expect(words).not.toContain("0.001");
    await expect(metricPlotSvg(falling, { metric: "KL", log: true })).resolves.toContain("<svg");
  });

  it("leaves out points that are not finite; refuses nothing", async () => {
    const broken = [...series, { task: "one", algorithm: "EAP", points: [{ size: 1, value: Number.NaN }] }];
    expect(await metricPlotSvg(broken, { metric })).toBe(await metricPlotSvg(series, { metric }));
    await expect(metricPlotSvg(broken.slice(-1), { metric })).rejects.toThrow(/no finite point/);
    const negative = [{ task: "t", algorithm: "a", points: line(-1, -2) }];
    await expect(metricPlotSvg(negative, { metric, log: true })).rejects.toThrow(/no value is above zero/);
    await expect(metricPlotSvg(series, {} as never)).rejects.toThrow(/`metric`/);
  });
});

describe("rocPlotSvg", () => {
  const points = [
    [0, 0],
    [0, 0.5],
    [0.2, 1],
    [1, 1],
  ].map(([x, y]) => ({ falsePositiveRate: x!, truePositiveRate: y! }));

  it("has a panel a task and lines that show which lie on each other", async () => {
    const two = ["a", "b"].flatMap((algorithm) => ["one", "two"].map((task) => ({ task, algorithm, points })));
    const svg = await rocPlotSvg(two);
    for (const word of ["one", "two", "a", "b", "True Positive Rate"]) expect(texts(svg)).toContain(word);
    expect(marks(svg, "line mark")).toBe(2 * (2 + 1));
    const widths = svg.match(/stroke-width="[\d.]+"(?=[^>]*opacity="0.85")|opacity="0.85"[^>]*stroke-width="[\d.]+"/g)!;
    expect(new Set(widths.map((text) => /stroke-width="([\d.]+)"/.exec(text)![1]))).toEqual(new Set(["3.5", "2"]));
  });

  it("refuses what is no rate", async () => {
    const wrong = [{ task: "t", algorithm: "a", points: [{ falsePositiveRate: 0, truePositiveRate: 3 }] }];
    await expect(rocPlotSvg(wrong)).rejects.toThrow(/rates from 0 to 1/);
    await expect(rocPlotSvg([])).rejects.toThrow(/no point/);
  });
});

describe("areaPlotSvg", () => {
  it("has a bar an algorithm, a part a task, and the totals", async () => {
    const bar = (algorithm: string, one: number, two: number) => ({
      ...{ algorithm, total: one + two },
      parts: [
        { task: "one", value: one },
        { task: "two", value: two },
      ],
    });
    const svg = await areaPlotSvg([bar("ACDC", 0.5, 0.25), bar("Random", 0.3, -0.1)]);
    for (const word of ["ACDC", "Random", "0.75", "0.20", "one", "two", "Normalized AUC"]) {
      expect(texts(svg)).toContain(word);
    }
    expect(marks(svg, "bar")).toBe(4);
    await expect(areaPlotSvg([])).rejects.toThrow(/`bars` is empty/);
    await expect(areaPlotSvg([bar("a", Number.NaN, 1)])).rejects.toThrow(/all finite/);
  });
});

describe("similarityPlotSvg", () => {
  const overlap = [
    [1, 0.25],
    [0.25, Number.NaN],
  ];
  const panel = { task: "one", size: 1041, isKnownSize: true, algorithms: ["ACDC", "EAP"], overlap };

  it("has a heat map a task and size, percents in its cells", async () => {
    const svg = await similarityPlotSvg([panel, { ...panel, size: 1000, isKnownSize: false }]);
    const words = texts(svg);
    for (const word of ["one", "Size of the known circuit", "1,000 edges", "ACDC", "EAP", "25", "–"])
      expect(words).toContain(word);
    expect(words.filter((word) => word === "25")).toHaveLength(4);
  });

  it("refuses what is no matrix of shares", async () => {
    await expect(similarityPlotSvg([])).rejects.toThrow(/`panels` is empty/);
    await expect(similarityPlotSvg([{ ...panel, overlap: [[1, 2]] }])).rejects.toThrow(/a share for each two/);
    await expect(
      similarityPlotSvg([
        {
          ...panel,
          overlap: [
            [1, 2],
            [0, 1],
          ],
        },
      ]),
    ).rejects.toThrow(/a share for each two/);
  });
});

describe("trainingPlotSvg", () => {
  const history = { loss: [3, 2, 1.5], target: [2, 1, 0.5], size: [1, 1, 1] };

  it("has a line for each part of the loss, and validation below", async () => {
    const svg = await trainingPlotSvg(history, { target: "kl-div" });
    for (const word of ["Loss", "kl-div", "Regularization", "Step"]) expect(texts(svg)).toContain(word);
    expect(marks(svg, "line mark")).toBe(3);
    const validation = history.loss.map((mean) => ({ mean: 30 * mean, deviation: mean }));
    const both = await trainingPlotSvg({ ...history, validation });
    expect(texts(both)).toContain("Validation, %");
    expect(marks(both, "line mark")).toBe(4);
    expect(marks(both, "area mark")).toBe(1);
  });

  it("refuses lists of other lengths, and none", async () => {
    await expect(trainingPlotSvg({ ...history, size: [1] })).rejects.toThrow(/equally long/);
    await expect(trainingPlotSvg({ loss: [], target: [], size: [] })).rejects.toThrow(/no step/);
  });
});

it.each([
  ["metricPlotSvg", () => metricPlotSvg(hostile(series), { metric: "<m>" })],
  ["areaPlotSvg", () => areaPlotSvg([{ algorithm: `</text><script>`, parts: [{ task: "&", value: 1 }], total: 1 }])],
])("%s: names do not break out", async (_, draw) => {
  const svg = await draw();
  expect(() => parseMarkup(svg)).not.toThrow();
  expect(svg).not.toContain("<script");
});

function hostile(all: readonly MetricSeries[]): MetricSeries[] {
  return all.map((one) => ({ ...one, task: `</text><script>"${one.task}`, algorithm: `'+alert(1)+'\u202e` }));
}
