import fc, { type Arbitrary } from "fast-check";

/** One change of a file; `at` is a share of its length. */
export interface ByteEdit {
  readonly at: number;
  readonly what: "set" | "insert" | "remove" | "cut" | "repeat";
  readonly byte: number;
}

/** Few changes of bytes; often none. */
export const byteEdits: Arbitrary<readonly ByteEdit[]> = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    what: fc.constantFrom("set", "set", "insert", "remove", "cut", "repeat"),
    byte: fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff, 0x22, 0x5b, 0x7b, 0x2c, 0x2d, 0x39), fc.nat(255)),
  }),
  { maxLength: 5 },
);

/** A copy of the bytes with the edits applied one after the other. */
export function editBytes(bytes: Uint8Array, edits: readonly ByteEdit[]): Uint8Array {
  let all = Array.from(bytes);
  for (const { at, what, byte } of edits) {
    const place = Math.floor(at * all.length);
    switch (what) {
      case "set":
        if (place < all.length) all[place] = byte;
        break;
      case "insert":
        all.splice(place, 0, byte);
        break;
      case "remove":
        all.splice(place, 1 + (byte % 8));
        break;
      case "cut":
        all = all.slice(0, place);
        break;
      case "repeat":
        all.splice(place, 0, ...all.slice(place, place + 1 + (byte % 32)));
    }
  }
  return Uint8Array.from(all);
}

/** The same for a text, by its UTF-8. */
export function editText(text: string, edits: readonly ByteEdit[]): string {
  return edits.length === 0 ? text : Buffer.from(editBytes(Buffer.from(text), edits)).toString("utf8");
}
