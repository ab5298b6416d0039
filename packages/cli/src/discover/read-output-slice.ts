import { suggest } from "@autocircuit/base";
import { type OutputSlice, outputSliceNames } from "@autocircuit/core";
import { UsageError } from "../support/usage-error.ts";

/** The output slice that `--output-slice` names: a name, or a position (from the end if negative). @throws UsageError */
export function readOutputSlice(text: string): OutputSlice {
  const name = outputSliceNames.find((known) => known === text);
  if (name) return name;
  if (/^-?\d+$/.test(text)) return { position: Number(text) };
  throw new UsageError(
    `There is no output slice "${text}". ${suggest(text, outputSliceNames)} Or give a position, such as 0 or -1.`,
  );
}
