import { parseHeader } from "@autocircuit/base";
import fc from "fast-check";
import { byteEdits, editBytes } from "../inputs/edit-bytes.ts";
import { documentEdits, editDocument } from "../inputs/edit-json.ts";
import { target, WrongResult } from "../target.ts";

const headers = [
  {
    __metadata__: { format: "pt" },
    a: { dtype: "F32", shape: [2, 3], data_offsets: [0, 24] },
    b: { dtype: "BF16", shape: [5], data_offsets: [24, 34] },
    c: { dtype: "I64", shape: [], data_offsets: [34, 42] },
  },
  { only: { dtype: "F16", shape: [0, 4], data_offsets: [0, 0] } },
  {},
];
const dataBytes = [42, 0, 0];

export default target({
  name: "safetensors",
  about: "headers of weight files",
  input: fc.record({
    document: documentEdits(headers.length, ["a", "F32"]),
    bytes: byteEdits,
    more: fc.integer({ min: -4, max: 4 }),
  }),
  run: ({ document, bytes, more }) => {
    const json = JSON.stringify(editDocument(headers[document.base], document.edits)) ?? "";
    const header = editBytes(Buffer.from(json), bytes);
    const fileBytes = 8 + header.length + dataBytes[document.base]! + more;
    const { tensors } = parseHeader(header, fileBytes, "weights.safetensors");
    for (const { name, shape, byteOffset, bytes: size } of tensors.values()) {
      if (byteOffset < 8 + header.length || byteOffset + size > fileBytes)
        throw new WrongResult(`${name} lies outside the file`);
      if (!shape.every((n) => Number.isSafeInteger(n) && n >= 0)) throw new WrongResult(`${name} has shape [${shape}]`);
    }
  },
});
