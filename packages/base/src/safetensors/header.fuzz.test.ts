import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AutocircuitError } from "../errors.ts";
import { DTYPES, type SafetensorsDType } from "./dtypes.ts";
import { headerLength, PREFIX_BYTES, parseHeader, type SafetensorsHeader } from "./header.ts";
import { headerBytes } from "./header-bytes.ts";

/** Set AUTOCIRCUIT_FUZZ_RUNS=100000 for a long run. */
const numRuns = Number(process.env.AUTOCIRCUIT_FUZZ_RUNS ?? 500);
const timeout = 60_000 + numRuns * 10;

/** What opening a file does, on bytes in memory. */
function readFile(file: Uint8Array): SafetensorsHeader {
  const length = headerLength(file.subarray(0, PREFIX_BYTES), file.length, "fuzz");
  return parseHeader(file.subarray(PREFIX_BYTES, PREFIX_BYTES + length), file.length, "fuzz");
}

/** Either a header whose tensors fill the file exactly, or an error that names the file: nothing else may come out. */
function checkOutcome(file: Uint8Array): "read" | "refused" {
  let header: SafetensorsHeader;
  try {
    header = readFile(file);
  } catch (error) {
    expect(error).toBeInstanceOf(AutocircuitError);
    expect((error as AutocircuitError).code).toBe("bad-file");
    expect((error as Error).message).toMatch(/^fuzz: /);
    return "refused";
  }
  // A changed byte may make U16 of F16, a type that is not read, whose tensors fill the rest.
  const whole = header.unread.size === 0;
  let end = PREFIX_BYTES + headerLength(file.subarray(0, PREFIX_BYTES), file.length, "fuzz");
  for (const info of [...header.tensors.values()].sort((a, b) => a.byteOffset - b.byteOffset || a.bytes - b.bytes)) {
    if (whole) expect(info.byteOffset).toBe(end);
    else expect(info.byteOffset).toBeGreaterThanOrEqual(end);
    expect(info.bytes).toBe(info.shape.reduce((bytes, n) => bytes * n, DTYPES[info.dtype].bytes));
    end = info.byteOffset + info.bytes;
  }
  if (whole) expect(end).toBe(file.length);
  else expect(end).toBeLessThanOrEqual(file.length);
  return "read";
}

const dtype = fc.constantFrom(...(Object.keys(DTYPES) as SafetensorsDType[]));
const shape = fc.array(fc.nat({ max: 5 }), { maxLength: 3 });
const tensors = fc.uniqueArray(fc.record({ name: fc.string({ unit: "grapheme" }), dtype, shape }), {
  maxLength: 5,
  selector: ({ name }) => name,
});
const metadata = fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 });

const validFile = fc
  .tuple(
    tensors.map((list) => list.filter(({ name }) => name !== "__metadata__")),
    metadata,
  )
  .map(([list, text]) => {
    const header = headerBytes(list, text);
    const data = list.reduce((sum, t) => sum + t.shape.reduce((bytes, n) => bytes * n, DTYPES[t.dtype].bytes), 0);
    const file = new Uint8Array(header.length + data);
    file.set(header);
    return { file, list, text };
  });

/** Entries that are almost right: each field may be missing, of a wrong type, or out of range. */
const wildCount = fc.oneof(
  fc.nat({ max: 64 }),
  fc.constantFrom(-1, 0.5, 2 ** 53, 2 ** 60, Number.MAX_VALUE, "8", null, true),
);
const wildEntry = fc.oneof(
  fc.record(
    {
      dtype: fc.oneof(dtype, fc.constantFrom("F8", "f32", "", "constructor", null, 1)),
      shape: fc.oneof(fc.array(wildCount, { maxLength: 4 }), fc.jsonValue()),
      data_offsets: fc.oneof(fc.array(wildCount, { minLength: 1, maxLength: 3 }), fc.jsonValue()),
    },
    { requiredKeys: [] },
  ),
  fc.jsonValue(),
);
const wildHeader = fc
  .dictionary(fc.oneof(fc.string(), fc.constantFrom("__metadata__", "__proto__", "a")), wildEntry, { maxKeys: 4 })
  .map((header) => new TextEncoder().encode(JSON.stringify(header)));

describe(`safetensors headers, ${numRuns} random ones a property`, () => {
  it("reads back what was written", { timeout }, () => {
    fc.assert(
      fc.property(validFile, ({ file, list, text }) => {
        const header = readFile(file);
        expect(header.metadata).toEqual(text);
        expect([...header.tensors.keys()].sort()).toEqual(list.map(({ name }) => name).sort());
        for (const { name, dtype, shape } of list) expect(header.tensors.get(name)).toMatchObject({ dtype, shape });
        expect(checkOutcome(file)).toBe("read");
      }),
      { numRuns },
    );
  });

  it("refuses or understands arbitrary bytes", { timeout }, () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (file) => {
        checkOutcome(file);
      }),
      { numRuns },
    );
  });

  it("refuses or understands headers that are almost right", { timeout }, () => {
    fc.assert(
      fc.property(wildHeader, fc.nat({ max: 96 }), fc.integer({ min: -9, max: 9 }), (json, dataBytes, lie) => {
        const file = new Uint8Array(PREFIX_BYTES + json.length + dataBytes);
        new DataView(file.buffer).setBigInt64(0, BigInt(json.length + (Math.abs(lie) > 2 ? 0 : lie)), true);
        file.set(json, PREFIX_BYTES);
        checkOutcome(file);
      }),
      { numRuns },
    );
  });

  it("refuses or understands a good file with some bytes changed", { timeout }, () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(validFile, changes, ({ file }, list) => {
        for (const [at, value] of list) file[at % file.length] = value;
        checkOutcome(file);
      }),
      { numRuns },
    );
  });

  it("refuses a good file cut short or with bytes behind it", { timeout }, () => {
    fc.assert(
      fc.property(validFile, fc.integer({ min: 1, max: 40 }), fc.boolean(), ({ file }, count, longer) => {
        const changed = longer ? new Uint8Array(file.length + count) : file.slice(0, Math.max(0, file.length - count));
        if (longer) changed.set(file);
        expect(checkOutcome(changed)).toBe("refused");
      }),
      { numRuns },
    );
  });
});
