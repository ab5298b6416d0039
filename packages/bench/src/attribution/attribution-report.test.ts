import { expect, it } from "vitest";
import { FULL } from "../engine/specs.ts";
import { processor } from "../processor.ts";
import { formatAttributionReport } from "./attribution-report.ts";

it("all numbers of a column have as many digits", () => {
  const cost = (timesPlain: number, gib: number) => ({
    ...{ name: "a method", seconds: 0.4, timesPlain, processorTimesPlain: timesPlain, floor: timesPlain / 2 },
    ...{ peakBytes: gib * 2 ** 30, floorBytes: 0.78 * 2 ** 30, spread: 0.04 },
  });
  const table = formatAttributionReport({
    ...{
      date: "2026-01-01",
      command: "npm run bench -- attribution",
      processor: processor(),
      threads: 2,
      versions: {},
    },
    ...{ spec: FULL.forward, plain: { seconds: 0.6, peakBytes: 2 ** 30 } },
    results: [cost(0.8, 1.4), cost(3.12345, 0.9), cost(70.4, 2.55), cost(471.6, 1.8)],
  });
  const rows = table.split("\n").filter((line) => line.startsWith("| a method"));
  const column = (place: number) => rows.map((row) => row.split("|")[place]!.trim());
  expect(column(3)).toEqual(["0.800 / 0.800", "3.12 / 3.12", "70.4 / 70.4", "472 / 472"]);
  expect(column(4)).toEqual(["0.400", "1.56", "35.2", "236"]);
  expect(column(5)).toEqual(["1.40 GiB", "0.90 GiB", "2.55 GiB", "1.80 GiB"]);
});
