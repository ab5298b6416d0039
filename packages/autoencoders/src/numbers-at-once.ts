/**
 * Numbers that are made, brought together or looked at at once where there may be many more, unless one row has more: 64 MiB of float32. It stands
 * here and not in core's `budgets.ts`, as autoencoders are read and run without core.
 */
export const NUMBERS_AT_ONCE = 1 << 24;
