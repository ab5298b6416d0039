import { badFile, DTYPES } from "@autocircuit/base";
import { decodeValues } from "@autocircuit/models";
import { Tensor } from "@autocircuit/native";
import { NPY_HEADER_BYTES, type NpyHeader, parseNpyHeader } from "./npy-header.ts";
import { elements, valuesAt } from "./stored-values.ts";
import type { TensorFile } from "./tensor-file.ts";
import { ZipFile, type ZipMember } from "./zip-file.ts";

/** Packed arrays are unpacked into memory; larger ones than this are refused. */
const MOST_BYTES = 2 ** 33;

/** An array in the archive. */
interface Entry extends NpyHeader {
  readonly member: ZipMember;
}

/**
 * Opens a `.npz` archive of arrays: arrays that are stored as they are are mapped, packed ones unpacked when they are loaded. Arrays of
 * objects, which NumPy pickles, are refused.
 *
 * @throws AutocircuitError `not-found`, `bad-file`
 */
export async function openNpz(path: string): Promise<TensorFile> {
  const zip = await ZipFile.open(path);
  try {
    const tensors = new Map<string, Entry>();
    for (const member of zip.members.values()) {
      if (!member.name.endsWith(".npy")) throw badFile(path, `member ${JSON.stringify(member.name)} is no .npy array.`);
      tensors.set(member.name.slice(0, -".npy".length), await readEntry(zip, member));
    }
    return {
      path,
      tensors,
      load: (name) => load(zip, tensors.get(name)!),
      close: async () => zip.close(),
    };
  } catch (error) {
    zip.close();
    throw error;
  }
}

async function readEntry(zip: ZipFile, member: ZipMember): Promise<Entry> {
  const where = `${zip.path}: ${member.name}`;
  const header = parseNpyHeader(await zip.begin(member, NPY_HEADER_BYTES), where);
  const bytes = elements(header.shape) * DTYPES[header.dtype].bytes;
  if (header.dataStart + bytes !== member.size) {
    throw badFile(
      where,
      `shape [${header.shape.join(", ")}] needs ${bytes} bytes, the archive has ${member.size - header.dataStart}.`,
    );
  }
  return { ...header, member };
}

async function load(zip: ZipFile, { member, dtype, shape, fortranOrder, dataStart }: Entry): Promise<Tensor> {
  // The values of an array whose columns come first are the rows of its transpose.
  const layout = { dtype, shape: fortranOrder ? shape.toReversed() : shape };
  const read = async () => (await zip.read(member, MOST_BYTES)).slice(dataStart);
  const tensor = member.stored
    ? await valuesAt(zip.path, layout, (await zip.offset(member)) + dataStart, read)
    : Tensor.from(decodeValues(await read(), dtype), { shape: layout.shape, dtype: DTYPES[dtype].native });
  return fortranOrder ? tensor.permute(shape.map((_, dim) => shape.length - 1 - dim)) : tensor;
}
