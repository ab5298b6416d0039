import { AutocircuitError, type KindsOf, kind, suggest } from "@autocircuit/base";
import type { NativeRequest } from "./addon.ts";
import { isFloating } from "./dtype.ts";
import { hookNames } from "./hook-names.ts";
import { Tensor } from "./tensor.ts";
import type { TransformerConfig } from "./transformer-config.ts";

/** What of a pass is read, and what takes another value. */
export interface HookRequest {
  /** Hook points whose values are given, see {@link hookNames}. Nothing else is kept of the pass. */
  hooks?: readonly string[] | undefined;
  /** The values of `hooks` at these positions only (of patterns: of these queries). Default: at all. */
  hookPositions?: readonly number[] | undefined;
  /** Values that are put in the place of the network's, in this order. `hooks` give them as they then are. */
  replace?: readonly Replacement[] | undefined;
}

/** Another value of a hook point: activation patching. */
export interface Replacement {
  /** Name of the hook point, see {@link hookNames}. */
  hook: string;
  /** The value, in the hook point's shape, or with 1 in the place of B for all prompts; with `positions` and `heads` as many of these. */
  value: Tensor;
  /** Positions that take it (of patterns: queries). Default: all. */
  positions?: readonly number[] | undefined;
  /** Heads that take it, for hook points that have heads. Default: all. */
  heads?: readonly number[] | undefined;
}

const indices = kind.listOf(kind.whole);

/** What the fields of {@link HookRequest} may be. */
export const hookKinds: KindsOf<HookRequest> = {
  hooks: kind.listOf(kind.text),
  hookPositions: indices,
  replace: kind.listOf(
    kind.such("{ hook, value } with a hook point's name and a Tensor, and lists of positions and heads", (value) => {
      if (!kind.record.accepts(value)) return false;
      const { hook, value: given, positions, heads } = value as Record<string, unknown>;
      const areIndices = (list: unknown) => list === undefined || indices.accepts(list);
      return typeof hook === "string" && given instanceof Tensor && areIndices(positions) && areIndices(heads);
    }),
  ),
};

/** That all hook points are there, with near names where one is not. */
export function checkHooks(config: TransformerConfig, { hooks = [], replace = [] }: HookRequest): void {
  if (hooks.length === 0 && replace.length === 0) return;
  for (const { hook, value } of replace)
    if (!isFloating(value.dtype))
      throw new AutocircuitError("dtype", `What replaces \`${hook}\` must be floating point, got ${value.dtype}.`);
  const known = hookNames(config);
  const all = new Set(known);
  const unknown = [...hooks, ...replace.map(({ hook }) => hook)].find((name) => !all.has(name));
  if (unknown === undefined) return;
  throw new AutocircuitError("unknown-name", `The model has no hook point \`${unknown}\`. ${suggest(unknown, known)}`);
}

/** The request's hooks as the addon reads them. */
export function nativeHooks(request: HookRequest): Pick<NativeRequest, "hooks" | "hookPositions" | "replace"> {
  return {
    hooks: request.hooks,
    hookPositions: request.hookPositions,
    replace: request.replace?.map(({ value, ...where }) => ({ ...where, value: value.handle })),
  };
}
