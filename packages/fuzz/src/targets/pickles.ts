import { readPickle, TensorView } from "@autocircuit/autoencoders";
import fc from "fast-check";
import { autoencoderFiles } from "../inputs/autoencoder-cases.ts";
import { byteEdits, editBytes } from "../inputs/edit-bytes.ts";
import { target, WrongResult } from "../target.ts";

const START = Buffer.from([0x80, 2]);
const STOP = Buffer.from(".");

/** Pickles as PyTorch writes them: they lie in the archive as they are, from the instruction PROTO to STOP. */
const pickles = autoencoderFiles
  .filter(({ name }) => name.endsWith(".pt"))
  .map(({ bytes }) => {
    const archive = Buffer.from(bytes);
    const start = archive.indexOf(START);
    const end = archive.indexOf("PK", start);
    return archive.subarray(start, archive.lastIndexOf(STOP, end) + 1);
  });

/** Instructions that are run, and some that are not. */
const instruction = fc.oneof(
  fc.constantFrom(
    "(",
    "N",
    "}",
    "]",
    ")",
    "t",
    "s",
    "u",
    "a",
    "e",
    "b",
    "R",
    "Q",
    "\x85",
    "\x86",
    "\x87",
    "\x88",
    "q\x01",
    "h\x01",
  ),
  fc.constantFrom(
    "K\x02",
    "X\x01\0\0\0a",
    "\x8a\x01\x05",
    "ccollections\nOrderedDict\n",
    "ctorch\nFloatStorage\n",
    "cos\nsystem\n",
  ),
  fc.constantFrom("ctorch._utils\n_rebuild_tensor_v2\n", "G\0\0\0\0\0\0\0\0", "i", "o", "\x93", "\x81"),
);

export default target({
  name: "pickles",
  about: "pickles of state dicts, edited or made of instructions",
  input: fc.record({
    base: fc.nat(pickles.length - 1),
    edits: byteEdits,
    program: fc.option(fc.array(instruction, { maxLength: 40 }), { freq: 2 }),
  }),
  run: ({ base, edits, program }) => {
    const whole = program === null ? pickles[base]! : Buffer.from(`\x80\x02${program.join("")}.`, "latin1");
    const value = readPickle(editBytes(whole, edits), "data.pkl");
    for (const entry of value instanceof Map ? value.values() : []) {
      if (
        entry instanceof TensorView &&
        ![entry.offset, ...entry.shape, ...entry.strides].every((n) => Number.isSafeInteger(n) && n >= 0)
      )
        throw new WrongResult(`a tensor at ${entry.offset} of shape [${entry.shape}]`);
    }
  },
});
