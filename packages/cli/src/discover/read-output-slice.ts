import { suggest } from "@autocircuit/base";
import type { OutputSlice } from "@autocircuit/core";
import { UsageError } from "../support/usage-error.ts";

const NAMES = ["last_seq", "not_first_seq", "none"] as const;

/** The output slice that `--output-slice` names: a name, or a position (from the end if negative). @throws UsageError */
export function readOutputSlice(text: string): OutputSlice {
  const name = NAMES.find((known) => known === text);
  if (name) return name;
  if (/^-?\d+$/.test(text)) return { position: Number(text) };
  throw new UsageError(
    `There is no output slice "${text}". ${suggest(text, NAMES)} Or give a position, such as 0 or -1.`,
  );
}
