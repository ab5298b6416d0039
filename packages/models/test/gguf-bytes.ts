/** A value of GGUF's metadata with its type. */
export type GgufValue =
  | { readonly type: "u8" | "u32" | "i32" | "u64" | "f32" | "bool"; readonly value: number }
  | { readonly type: "text"; readonly value: string }
  | { readonly type: "list"; readonly of: GgufValue["type"]; readonly values: readonly GgufValue[] };

/** A tensor with its bytes; the last dimension goes fastest. */
export interface WrittenTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Id of its type. */
  readonly type: number;
  readonly bytes: Uint8Array;
  /** Where it lies among the data, if not behind the tensor before. */
  readonly offset?: number;
}

const TYPES = { u8: 0, u32: 4, i32: 5, f32: 6, bool: 7, text: 8, list: 9, u64: 10 } as const;

export const u32 = (value: number): GgufValue => ({ type: "u32", value });
export const f32 = (value: number): GgufValue => ({ type: "f32", value });
export const bool = (value: boolean): GgufValue => ({ type: "bool", value: Number(value) });
export const text = (value: string): GgufValue => ({ type: "text", value });
export const texts = (values: readonly string[]): GgufValue => ({ type: "list", of: "text", values: values.map(text) });
export const numbers = (of: "f32" | "i32" | "bool" | "u32", values: readonly number[]): GgufValue => ({
  type: "list",
  of,
  values: values.map((value) => ({ type: of, value })),
});

/** A tensor of float32 numbers. */
export function floats(name: string, shape: readonly number[], values: Float32Array): WrittenTensor {
  return { name, shape, type: 0, bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) };
}

/** The bytes of a GGUF file of version 3, with these instead of the counts that are right. */
export function ggufBytes(
  metadata: Readonly<Record<string, GgufValue>>,
  tensors: readonly WrittenTensor[],
  instead: { tensorCount?: number; entryCount?: number; version?: number } = {},
): Buffer {
  const alignment = metadata["general.alignment"] as { value: number } | undefined;
  const padded = (bytes: number) => Math.ceil(bytes / (alignment?.value ?? 32)) * (alignment?.value ?? 32);
  const entries = Object.entries(metadata);
  const head = [
    Buffer.from("GGUF"),
    number("u32", instead.version ?? 3),
    number("u64", instead.tensorCount ?? tensors.length),
    number("u64", instead.entryCount ?? entries.length),
    ...entries.flatMap(([key, value]) => [string(key), number("u32", TYPES[value.type]), bytesOf(value)]),
  ];
  let next = 0;
  const data: Buffer[] = [];
  for (const { name, shape, type, bytes, offset } of tensors) {
    const dimensions = shape.toReversed().map((n) => number("u64", n));
    head.push(string(name), number("u32", shape.length), ...dimensions, number("u32", type));
    head.push(number("u64", offset ?? next));
    data.push(Buffer.from(bytes), Buffer.alloc(padded(bytes.length) - bytes.length));
    next += padded(bytes.length);
  }
  const header = Buffer.concat(head);
  return Buffer.concat([header, Buffer.alloc(padded(header.length) - header.length), ...data]);
}

function bytesOf(value: GgufValue): Buffer {
  if (value.type === "text") return string(value.value);
  if (value.type !== "list") return number(value.type, value.value);
  const count = number("u64", value.values.length);
  return Buffer.concat([number("u32", TYPES[value.of]), count, ...value.values.map(bytesOf)]);
}

function string(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([number("u64", bytes.length), bytes]);
}

function number(type: "u8" | "u32" | "i32" | "u64" | "f32" | "bool", value: number): Buffer {
  const bytes = Buffer.alloc({ u8: 1, bool: 1, u32: 4, i32: 4, f32: 4, u64: 8 }[type]);
  if (type === "u8" || type === "bool") bytes.writeUInt8(value);
  else if (type === "u32") bytes.writeUInt32LE(value);
  else if (type === "i32") bytes.writeInt32LE(value);
  else if (type === "f32") bytes.writeFloatLE(value);
  else bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
