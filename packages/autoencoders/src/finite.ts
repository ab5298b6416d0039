import { AutocircuitError } from "@autocircuit/base";
import { scope, type Tensor } from "@autocircuit/native";
import { NUMBERS_AT_ONCE } from "./numbers-at-once.ts";

/** What latents write is larger in no autoencoder; squares of it, which norms take, are beyond what float32 holds from about 1e19 on. */
const LARGEST = 1e15;

const ADVICE = "Fetch the file anew; if they are still there, it was saved so: take another one.";

/** The largest absolute value; NaN where one is, 0 of no numbers. */
async function largestOf(tensor: Tensor): Promise<number> {
  if (tensor.size === 0) return 0;
  const rows = tensor.shape[0] ?? 1;
  const largest = async (part: Tensor) => scope(async () => Number(await part.abs().max().item()));
  if (tensor.size <= NUMBERS_AT_ONCE) return largest(tensor);
  const step = Math.max(1, Math.floor((NUMBERS_AT_ONCE * rows) / tensor.size));
  let most = 0;
  for (let row = 0; row < rows; row += step) {
    using part = tensor.slice(0, row, Math.min(rows, row + step));
    // Math.max passes NaN on.
    most = Math.max(most, await largest(part));
  }
  return most;
}

/** @throws AutocircuitError `not-finite` that says what is not */
export async function requireFinite(tensor: Tensor, what: string): Promise<void> {
  if (Number.isFinite(await largestOf(tensor))) return;
  throw new AutocircuitError("not-finite", `${what} holds NaN or infinite numbers. Look where it comes from.`);
}

/** @throws AutocircuitError `bad-file` for weights of a file that are NaN or infinite */
export async function requireFiniteWeights(tensor: Tensor, what: string): Promise<void> {
  if (!Number.isFinite(await largestOf(tensor))) throw notFinite(what);
}

/** The same of rows that latents write, of which sums are made. @throws AutocircuitError `bad-file`, for numbers that no sum has room for too */
export async function requireFiniteDecoder(rows: Tensor, what: string): Promise<void> {
  const largest = await largestOf(rows);
  if (!Number.isFinite(largest)) throw notFinite(what);
  if (largest <= LARGEST) return;
  throw new AutocircuitError(
    "bad-file",
    `${what} holds numbers as large as ${largest.toPrecision(2)}: what its latents write would be beyond what float32 holds. ${ADVICE}`,
  );
}

function notFinite(what: string): AutocircuitError {
  return new AutocircuitError("bad-file", `${what} holds NaN or infinite numbers. ${ADVICE}`);
}
