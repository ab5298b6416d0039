import { badFile, type DType, sayOnce } from "@autocircuit/base";
import { Tensor } from "@autocircuit/native";
import type { TensorFile } from "./files/tensor-file.ts";
import { requireFiniteWeights } from "./finite.ts";

/** Types of weights; whole numbers are settings such as k. */
const FLOATS: ReadonlySet<string> = new Set(["F64", "F32", "F16", "BF16"]);
const LISTED = 6;

/** How the weights of a file are read. */
export interface HowToRead {
  /** The type to compute in. */
  readonly dtype: DType;
  /** Nothing but names, shapes and types is read: every number is 1, and no tensor takes memory. Settings are read all the same. */
  readonly headersOnly: boolean;
}

/** The weights of one file: taken by name, with the shape they must have; what was not taken is looked at in the end. */
export class Weights implements AsyncDisposable {
  readonly file: TensorFile;
  readonly dtype: DType;
  readonly headersOnly: boolean;
  readonly #taken = new Set<string>();

  constructor(file: TensorFile, { dtype, headersOnly }: HowToRead) {
    this.file = file;
    this.dtype = dtype;
    this.headersOnly = headersOnly;
  }

  get path(): string {
    return this.file.path;
  }

  has(name: string): boolean {
    return this.file.tensors.has(name);
  }

  /**
   * The sizes of a tensor of so many dimensions.
   *
   * @throws AutocircuitError `bad-file` when there is no such tensor, or it has other dimensions
   */
  shape(name: string, dimensions: number): readonly number[] {
    const info = this.#info(name);
    if (info.shape.length !== dimensions || info.shape.includes(0)) {
      throw badFile(
        this.path,
        `${name} is [${info.shape.join(", ")}], which has to be of ${dimensions} dimensions above 0.`,
      );
    }
    return info.shape;
  }

  /**
   * A weight as the file stores it, mapped where possible.
   *
   * @throws AutocircuitError `bad-file` for another shape, and for types that no weight has
   */
  async stored(name: string, shape: readonly number[]): Promise<Tensor> {
    const info = this.#info(name);
    if (!FLOATS.has(info.dtype)) {
      throw badFile(this.path, `stores ${name} as ${info.dtype}; weights are read as ${[...FLOATS].join(", ")}.`);
    }
    if (info.shape.join() !== shape.join()) {
      throw badFile(this.path, `${name} is [${info.shape.join(", ")}] instead of [${shape.join(", ")}].`);
    }
    this.#taken.add(name);
    return this.headersOnly ? Tensor.full([], 1, { dtype: this.dtype }).expand(shape) : this.file.load(name);
  }

  /** A weight in the type to compute in. @throws AutocircuitError `bad-file` like `stored`, and for numbers that are not finite */
  async load(name: string, shape: readonly number[]): Promise<Tensor> {
    const tensor = (await this.stored(name, shape)).to(this.dtype);
    if (!this.headersOnly) await requireFiniteWeights(tensor, `${this.path}: ${name}`);
    return tensor;
  }

  /** The same, or undefined where there is none. */
  async maybe(name: string, shape: readonly number[]): Promise<Tensor | undefined> {
    return this.has(name) ? this.load(name, shape) : undefined;
  }

  /** A setting that is stored as a tensor of one element. */
  async number(name: string): Promise<number> {
    const info = this.#info(name);
    if (info.shape.some((size) => size !== 1)) {
      throw badFile(this.path, `${name} is [${info.shape.join(", ")}] instead of one number.`);
    }
    this.#taken.add(name);
    using tensor = await this.file.load(name);
    const value = await tensor.item();
    if (!Number.isFinite(value)) throw badFile(this.path, `${name} is ${value}.`);
    return value;
  }

  /** Leaves tensors out that change nothing. */
  ignore(...names: readonly string[]): void {
    for (const name of names) this.#taken.add(name);
  }

  /**
   * Looks at what was not taken. Tensors that mean something in this format are refused: leaving them out would compute something else than
   * the file says. Others are named once.
   *
   * @param meaning the names that mean something, whatever the architecture
   * @throws AutocircuitError `bad-file`
   */
  finish(meaning: readonly string[]): void {
    const rest = [...this.file.tensors.keys()].filter((name) => !this.#taken.has(name));
    const wrong = rest.filter((name) => meaning.includes(name));
    if (wrong.length > 0) {
      throw badFile(this.path, `holds ${listed(wrong)}, which its configuration has no place for.`);
    }
    if (rest.length > 0) sayOnce(`${this.path}: not read: ${listed(rest)}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.file.close();
  }

  #info(name: string) {
    const info = this.file.tensors.get(name);
    if (info) return info;
    throw badFile(
      this.path,
      `has no tensor ${JSON.stringify(name)}; it has ${listed([...this.file.tensors.keys()]) || "none"}.`,
    );
  }
}

function listed(names: readonly string[]): string {
  const rest = names.length - LISTED;
  return `${names.slice(0, LISTED).join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
}
