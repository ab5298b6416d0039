import { badFile, DTYPES } from "@autocircuit/base";
import type { StoredTensor, TensorFile } from "../files/tensor-file.ts";
import { ZipFile } from "../files/zip-file.ts";
import { readPickle } from "./read-pickle.ts";
import { TensorView } from "./values.ts";
import { checkView, viewTensor } from "./view-tensor.ts";

/** The pickles of the largest models are well below it: numbers lie in the storages. */
const MOST_PICKLE_BYTES = 1 << 24;

/** A tensor, and where its description lies. */
interface Entry extends StoredTensor {
  readonly view: TensorView;
}

/**
 * Opens a state dict that `torch.save` wrote (`.pt`), without running anything in it; see {@link readPickle}. Every storage and view is
 * checked against the archive before any is read, so that nothing a file declares takes memory that it does not hold itself.
 *
 * @throws AutocircuitError `not-found`, `bad-file`
 */
export async function openStateDict(path: string): Promise<TensorFile> {
  const zip = await openArchive(path);
  try {
    const folder = topFolder(zip);
    await checkByteOrder(zip, folder);
    const where = `${path}: ${folder}data.pkl`;
    const pickle = await zip.read(zip.member(`${folder}data.pkl`), MOST_PICKLE_BYTES);
    const values = readPickle(new Uint8Array(pickle), where);
    if (!(values instanceof Map)) throw badFile(where, "is no dictionary of tensors.");
    const tensors = new Map<string, Entry>();
    const others = new Map<string, unknown>();
    for (const [name, value] of values) {
      if (!(value instanceof TensorView)) others.set(String(name), value);
      else
        tensors.set(String(name), checkedEntry(zip, folder, value, `${path}: tensor ${JSON.stringify(String(name))}`));
    }
    return {
      path,
      tensors,
      others,
      load: async (name) => {
        const { view } = tensors.get(name)!;
        const member = zip.member(`${folder}data/${view.storage.key}`);
        return viewTensor(path, view, await zip.offset(member), () => zip.read(member, member.size));
      },
      close: async () => zip.close(),
    };
  } catch (error) {
    zip.close();
    throw error;
  }
}

async function openArchive(path: string): Promise<ZipFile> {
  try {
    return await ZipFile.open(path);
  } catch (cause) {
    if ((cause as { code?: unknown }).code !== "bad-file") throw cause;
    throw badFile(
      path,
      "is no zip archive, as torch.save has written them since PyTorch 1.6. Truncated download? Older files have to be saved again, or converted to safetensors.",
      { cause },
    );
  }
}

/** The folder that everything in the archive lies in, with a slash. */
function topFolder(zip: ZipFile): string {
  const found = [...zip.members.keys()].filter((name) => /^[^/]+\/data\.pkl$/.test(name));
  if (found.length === 1) return found[0]!.slice(0, -"data.pkl".length);
  throw badFile(zip.path, `has ${found.length} members FOLDER/data.pkl; a file of torch.save has one.`);
}

async function checkByteOrder(zip: ZipFile, folder: string): Promise<void> {
  const member = zip.members.get(`${folder}byteorder`);
  if (member === undefined) return;
  const order = new TextDecoder().decode(await zip.read(member, 64));
  if (order !== "little") throw badFile(zip.path, `its byte order is ${JSON.stringify(order)}; read is "little".`);
}

function checkedEntry(zip: ZipFile, folder: string, view: TensorView, where: string): Entry {
  const { key, size, dtype } = view.storage;
  const member = zip.members.get(`${folder}data/${key}`);
  if (!member) throw badFile(where, `lies in storage ${key}, which is not in the file.`);
  if (!member.stored) throw badFile(where, `lies in storage ${key}, which is packed; torch.save does not pack.`);
  const bytes = size * DTYPES[dtype].bytes;
  if (member.size !== bytes || member.packedSize !== bytes) {
    throw badFile(
      where,
      `its storage is declared with ${size} elements (${bytes} bytes), but the file holds ${member.size} bytes of it.`,
    );
  }
  checkView(view, where);
  return { shape: view.shape, dtype, view };
}
