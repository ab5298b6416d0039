import { AutocircuitError } from "@autocircuit/base";
import { scope, type Tensor } from "@autocircuit/native";

/** Elements looked at together, so that looking takes little memory. */
const AT_ONCE = 1 << 24;

/** Whether all elements are numbers, neither NaN nor infinite. */
async function isWhollyFinite(tensor: Tensor): Promise<boolean> {
  const rows = tensor.shape[0] ?? 1;
  if (tensor.size <= AT_ONCE) return allFinite(tensor);
  const step = Math.max(1, Math.floor((AT_ONCE * rows) / tensor.size));
  for (let row = 0; row < rows; row += step) {
    using part = tensor.slice(0, row, Math.min(rows, row + step));
    if (!(await allFinite(part))) return false;
  }
  return true;
}

/** @throws AutocircuitError `not-finite` that says what is not */
export async function requireFinite(tensor: Tensor, what: string, advice = "Look where it comes from."): Promise<void> {
  if (await isWhollyFinite(tensor)) return;
  throw new AutocircuitError("not-finite", `${what} holds NaN or infinite numbers. ${advice}`);
}

/** The same of weights that a file holds. */
export async function requireFiniteWeights(tensor: Tensor, what: string): Promise<void> {
  await requireFinite(tensor, what, "Fetch the file anew; if they are still there, it was saved so: take another one.");
}

async function allFinite(tensor: Tensor): Promise<boolean> {
  return scope(async () => (await tensor.isFinite().all().item()) !== 0);
}
