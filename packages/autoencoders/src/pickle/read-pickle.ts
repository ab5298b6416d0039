import { badFile } from "@autocircuit/base";
import { ByteReader } from "./byte-reader.ts";
import { knownGlobal, reduce, storageOf } from "./globals.ts";
import { OPCODE_NAMES } from "./opcodes.ts";
import { Tuple } from "./values.ts";

/** PyTorch's pickles put two thousand values on the stack at most before they are taken into a dictionary. */
const MOST_ON_STACK = 10_000;

/** Where a MARK lies on the stack. */
const MARK = Symbol("mark");

/**
 * Reads the pickle of a file of tensors: plain containers, numbers, texts and descriptions of tensors. It is data here: nothing is imported,
 * called or built, and every instruction or name that such a file does not need is refused by its name. What is made is never
 * larger than the pickle: instructions only take from the stack or put one value on it.
 *
 * @param bytes the whole pickle
 * @param where file and member, for messages
 * @returns the value: `Map` for dictionaries, arrays for lists, `Tuple`, `TensorView`
 * @throws AutocircuitError `bad-file`
 */
export function readPickle(bytes: Uint8Array, where: string): unknown {
  const machine = new Machine(bytes, where);
  while (!machine.step());
  return machine.result();
}

class Machine {
  readonly #in: ByteReader;
  readonly #where: string;
  readonly #stack: unknown[] = [];
  readonly #memo = new Map<number, unknown>();
  #marks = 0;

  constructor(bytes: Uint8Array, where: string) {
    this.#in = new ByteReader(bytes, where);
    this.#where = where;
  }

  /** Does one instruction; true after the last. */
  step(): boolean {
    const at = this.#in.at;
    const code = this.#in.byte();
    const name = OPCODE_NAMES.get(code);
    if (at === 0 && name !== "PROTO") throw badFile(this.#where, "is no pickle of protocol 2.");
    if (name === "STOP") return true;
    const run = name === undefined || !Object.hasOwn(INSTRUCTIONS, name) ? undefined : INSTRUCTIONS[name];
    if (run === undefined) {
      const what = name ?? `0x${code.toString(16).padStart(2, "0")}`;
      throw badFile(this.#where, `has the instruction ${what} at byte ${at}, which a file of tensors does not need.`);
    }
    run(this, this.#in);
    return false;
  }

  result(): unknown {
    if (this.#stack.length !== 1 || this.#marks > 0) throw this.fail("leaves values on its stack.");
    return this.#stack[0];
  }

  push(value: unknown): void {
    if (this.#stack.length >= MOST_ON_STACK) throw this.fail(`nests or collects more than ${MOST_ON_STACK} values.`);
    if (value === MARK) this.#marks++;
    this.#stack.push(value);
  }

  mark(): void {
    this.push(MARK);
  }

  pop(): unknown {
    const value = this.top();
    this.#stack.pop();
    return value;
  }

  /** The last value, which must not be a mark. */
  top(): unknown {
    const value = this.#stack.at(-1);
    if (this.#stack.length === 0 || value === MARK) throw this.fail("takes a value that is not there.");
    return value;
  }

  /** The values since the last mark, which goes with them. */
  popMark(): unknown[] {
    const at = this.#stack.lastIndexOf(MARK);
    if (at < 0) throw this.fail("takes values since a mark that is not there.");
    this.#marks--;
    const values = this.#stack.splice(at);
    return values.slice(1);
  }

  tuple(count: number): void {
    const items = Array.from({ length: count }, () => this.pop()).reverse();
    this.push(new Tuple(items));
  }

  set(entries: readonly unknown[]): void {
    const dictionary = this.top();
    if (!(dictionary instanceof Map) || entries.length % 2 === 1)
      throw this.fail("sets entries of what is no dictionary.");
    for (let i = 0; i < entries.length; i += 2) {
      const key = entries[i];
      if (typeof key !== "string" && typeof key !== "number")
        throw this.fail("has a key that is neither text nor number.");
      dictionary.set(key, entries[i + 1]);
    }
  }

  append(values: readonly unknown[]): void {
    const list = this.top();
    if (!Array.isArray(list)) throw this.fail("appends to what is no list.");
    for (const value of values) list.push(value);
  }

  reduce(): void {
    const args = this.pop();
    this.push(reduce(this.pop(), args, this.#where));
  }

  /** Attributes of an OrderedDict are dropped: modules leave their version there. */
  build(): void {
    this.pop();
    if (!(this.top() instanceof Map)) throw this.fail("sets the state of what is no dictionary.");
  }

  global(module: string, name: string): void {
    this.push(knownGlobal(`${module}.${name}`, this.#where));
  }

  storage(): void {
    this.push(storageOf(this.pop(), this.#where));
  }

  remember(at: number): void {
    this.#memo.set(at, this.top());
  }

  recall(at: number): void {
    if (!this.#memo.has(at)) throw this.fail(`refers to value ${at}, which it has not made.`);
    this.push(this.#memo.get(at));
  }

  protocol(version: number): void {
    if (version !== 2) throw this.fail(`is of protocol ${version}; PyTorch writes 2.`);
  }

  fail(problem: string) {
    return badFile(this.#where, problem);
  }
}

type Instruction = (machine: Machine, bytes: ByteReader) => void;

/** All that is run. */
const INSTRUCTIONS: Readonly<Record<string, Instruction>> = {
  PROTO: (machine, bytes) => machine.protocol(bytes.byte()),
  MARK: (machine) => machine.mark(),
  NONE: (machine) => machine.push(null),
  NEWTRUE: (machine) => machine.push(true),
  NEWFALSE: (machine) => machine.push(false),
  BININT: (machine, bytes) => machine.push(bytes.int32()),
  BININT1: (machine, bytes) => machine.push(bytes.byte()),
  BININT2: (machine, bytes) => machine.push(bytes.uint16()),
  LONG1: (machine, bytes) => machine.push(bytes.long(bytes.byte())),
  BINFLOAT: (machine, bytes) => machine.push(bytes.double()),
  BINUNICODE: (machine, bytes) => machine.push(bytes.text(bytes.uint32())),
  EMPTY_DICT: (machine) => machine.push(new Map()),
  SETITEM: (machine) => {
    const value = machine.pop();
    const key = machine.pop();
    machine.set([key, value]);
  },
  SETITEMS: (machine) => machine.set(machine.popMark()),
  EMPTY_LIST: (machine) => machine.push([]),
  APPEND: (machine) => machine.append([machine.pop()]),
  APPENDS: (machine) => machine.append(machine.popMark()),
  EMPTY_TUPLE: (machine) => machine.tuple(0),
  TUPLE: (machine) => machine.push(new Tuple(machine.popMark())),
  TUPLE1: (machine) => machine.tuple(1),
  TUPLE2: (machine) => machine.tuple(2),
  TUPLE3: (machine) => machine.tuple(3),
  BINPUT: (machine, bytes) => machine.remember(bytes.byte()),
  LONG_BINPUT: (machine, bytes) => machine.remember(bytes.uint32()),
  BINGET: (machine, bytes) => machine.recall(bytes.byte()),
  LONG_BINGET: (machine, bytes) => machine.recall(bytes.uint32()),
  GLOBAL: (machine, bytes) => machine.global(bytes.line(), bytes.line()),
  BINPERSID: (machine) => machine.storage(),
  REDUCE: (machine) => machine.reduce(),
  BUILD: (machine) => machine.build(),
};
