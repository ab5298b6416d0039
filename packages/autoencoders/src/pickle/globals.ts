import { badFile, type SafetensorsDType } from "@autocircuit/base";
import { Global, type Storage, TensorView, Tuple } from "./values.ts";

const ORDERED_DICT = "collections.OrderedDict";
const REBUILD_TENSOR = "torch._utils._rebuild_tensor_v2";
const REBUILD_PARAMETER = "torch._utils._rebuild_parameter";

const STORAGES: Readonly<Record<string, SafetensorsDType>> = {
  "torch.DoubleStorage": "F64",
  "torch.FloatStorage": "F32",
  "torch.HalfStorage": "F16",
  "torch.BFloat16Storage": "BF16",
  "torch.LongStorage": "I64",
  "torch.IntStorage": "I32",
};

/** The only names a pickle may mention. */
const KNOWN: ReadonlySet<string> = new Set([ORDERED_DICT, REBUILD_TENSOR, REBUILD_PARAMETER, ...Object.keys(STORAGES)]);

/** A name in a pickle. @throws AutocircuitError `bad-file` for all but the few that a file of tensors needs */
export function knownGlobal(name: string, where: string): Global {
  if (KNOWN.has(name)) return new Global(name);
  throw badFile(
    where,
    `refers to ${JSON.stringify(name.slice(0, 100))}, which a file of tensors does not need: nothing in it is run. ` +
      "Save the state dict alone, or convert the file to safetensors.",
  );
}

/**
 * What REDUCE makes: an empty dictionary or a tensor's description. Nothing is called.
 *
 * @throws AutocircuitError `bad-file` for anything else
 */
export function reduce(callee: unknown, args: unknown, where: string): Map<unknown, unknown> | TensorView {
  const name = callee instanceof Global ? callee.name : undefined;
  if (args instanceof Tuple) {
    const { items } = args;
    if (name === ORDERED_DICT && items.length === 0) return new Map();
    if (name === REBUILD_TENSOR && (items.length === 6 || items.length === 7)) return tensorView(items, where);
    if (name === REBUILD_PARAMETER && items.length === 3 && items[0] instanceof TensorView) return items[0];
  }
  throw badFile(
    where,
    `has a call of ${name ?? "what is no name"} with arguments that no tensor has; nothing in it is run.`,
  );
}

/** What BINPERSID refers to. @throws AutocircuitError `bad-file` */
export function storageOf(reference: unknown, where: string): Storage {
  const items = reference instanceof Tuple ? reference.items : [];
  const [kind, type, key, , size] = items;
  const dtype = type instanceof Global && Object.hasOwn(STORAGES, type.name) ? STORAGES[type.name] : undefined;
  if (items.length !== 5 || kind !== "storage" || dtype === undefined || typeof key !== "string" || !isCount(size)) {
    throw badFile(where, "refers to a storage in a form that is not known.");
  }
  if (!/^\d{1,15}$/.test(key)) {
    throw badFile(where, `names a storage ${JSON.stringify(key.slice(0, 100))}; storages are numbered.`);
  }
  return { key, dtype, size };
}

function tensorView(items: readonly unknown[], where: string): TensorView {
  const [storage, offset, shape, strides] = items;
  const sizes = shape instanceof Tuple ? shape.items : undefined;
  const steps = strides instanceof Tuple ? strides.items : undefined;
  if (!isStorage(storage) || !sizes?.every(isCount) || !steps?.every(isCount) || sizes.length !== steps.length) {
    throw badFile(where, "describes a tensor in a form that is not known (negative sizes or strides among them).");
  }
  if (!isCount(offset)) throw badFile(where, `has a tensor that begins at ${String(offset)} of its storage.`);
  return new TensorView(storage, offset, sizes as number[], steps as number[]);
}

function isStorage(value: unknown): value is Storage {
  return typeof value === "object" && value !== null && "key" in value && "dtype" in value;
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
