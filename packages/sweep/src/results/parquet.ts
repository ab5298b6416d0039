import type { ParquetWriter } from "hyparquet-writer";
import type { Row } from "./result-rows.ts";

/** Columns of text, and of whole numbers; the others are float64. */
const TEXTS = new Set(["unit", "task", "algorithm", "key", "ablation", "patch", "metric", "host"]);
const WHOLES = new Set(["seed", "size", "edgeCount", "knownEdgeCount", "peakMemoryBytes"]);

/** Rows that are held in memory, and stand together in the file. */
const GROUP = 10_000;

/** Rows as the pieces of a Parquet file, one after the other, so that memory does not grow with their number. Without rows nothing is said of columns. */
export async function* parquetPieces(rows: AsyncIterable<Row> | Iterable<Row>): AsyncGenerator<Uint8Array> {
  const { ByteWriter, ParquetWriter } = await import("hyparquet-writer");
  const bytes = new ByteWriter();
  const taken = () => {
    const piece = bytes.buffer.slice(0, bytes.index);
    bytes.index = 0;
    return new Uint8Array(piece);
  };
  let file: ParquetWriter | undefined;
  let group: Row[] = [];
  const write = async () => {
    const columns = Object.keys(group[0]!);
    file ??= new ParquetWriter({ writer: bytes, schema: schemaOf(columns) });
    await file.write({
      columnData: columns.map((name) => ({ name, data: group.map((row) => cell(name, row[name])) })),
    });
    group = [];
  };
  for await (const row of rows) {
    group.push(row);
    if (group.length < GROUP) continue;
    await write();
    yield taken();
  }
  if (group.length > 0) await write();
  file ??= new ParquetWriter({ writer: bytes, schema: schemaOf([]) });
  await file.finish();
  yield taken();
}

type Schema = ConstructorParameters<typeof ParquetWriter>[0]["schema"];

function schemaOf(columns: readonly string[]): Schema {
  const of = (name: string): Schema[number] => {
    const column = { name, repetition_type: "OPTIONAL" as const };
    if (TEXTS.has(name)) return { ...column, type: "BYTE_ARRAY", converted_type: "UTF8" };
    return { ...column, type: WHOLES.has(name) ? "INT64" : "DOUBLE" };
  };
  return [{ name: "root", num_children: columns.length }, ...columns.map(of)];
}

function cell(name: string, value: Row[string] | undefined): string | number | bigint | null {
  if (value === undefined || value === null) return null;
  return WHOLES.has(name) && Number.isSafeInteger(value) ? BigInt(value) : value;
}
