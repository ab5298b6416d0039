import type { AblationType } from "@autocircuit/core";
import { type Ablation, scope } from "@autocircuit/native";
import { type AttributedCase, givenAblation, lastPositionMean } from "./attributed-case.ts";

/** What an ablation is in that tool, by the end of a method's name. */
export async function ablationOf(
  found: AttributedCase<unknown>,
  name: string,
): Promise<AblationType | Ablation | undefined> {
  if (name.endsWith("zero")) return scope(() => givenAblation(found));
  if (name.endsWith("mean-positional")) return "tokenwise-mean-clean";
  if (!name.endsWith("mean")) return undefined;
  const vector = await lastPositionMean(found);
  return scope(() => givenAblation(found, vector));
}
