/** Numbers that are made, brought together or looked at at once where there may be many more, unless one row has more. */
export const NUMBERS_AT_ONCE = 1 << 24;
