import { parquetReadObjects } from "hyparquet";
import { expect, it } from "vitest";
import { parquetPieces } from "./parquet.ts";
import type { Row } from "./result-rows.ts";

async function read(rows: readonly Row[]): Promise<Record<string, unknown>[]> {
  const pieces: Uint8Array[] = [];
  for await (const piece of parquetPieces(rows)) pieces.push(piece);
  const { buffer } = Uint8Array.from(Buffer.concat(pieces));
  return parquetReadObjects({ file: buffer });
}

it("holds what the rows hold, each column of one type, empty cells as null", async () => {
  const rows = [
    { unit: "ab", seed: 3, size: null, value: 0.1, host: null },
    { unit: 'ü, "x"\n', seed: 4_294_967_295, size: 7, value: null, host: "h" },
  ];
  const whole = (value: number | null) => (value === null ? null : BigInt(value));
  expect(await read(rows)).toEqual(rows.map((row) => ({ ...row, seed: whole(row.seed), size: whole(row.size) })));
});

it("goes on over many groups of rows", async () => {
  const rows = Array.from({ length: 25_001 }, (_, index) => ({ unit: `u${index % 3}`, value: index / 3 }));
  expect(await read(rows)).toEqual(rows);
});

it("without rows is a file without any", async () => {
  expect(await read([])).toEqual([]);
});
