import type { Family } from "./family.ts";

/**
 * The names of a checkpoint's weights as its family has them, with the names they are stored under. Checkpoints of the
 * bare model leave out the family's prefix (the original GPT-2 does); buffers are left out.
 */
export function familyNames(
  family: Family,
  stored: readonly string[],
  bare = isBare(family, stored),
): Map<string, string> {
  const names = new Map<string, string>();
  for (const file of stored) {
    const name = bare && file !== family.head.name ? family.prefix + file : file;
    if (!family.buffers?.test(name)) names.set(name, file);
  }
  return names;
}

/** Whether these are the names of the bare model, without its head. */
export function isBare(family: Family, stored: readonly string[]): boolean {
  return !stored.some((name) => name.startsWith(family.prefix));
}
