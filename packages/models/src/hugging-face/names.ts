import type { Family } from "./family.ts";

/**
 * The names of a checkpoint's weights as its family has them, with the names they are stored under. Checkpoints of the
 * bare model leave out the family's prefix (the original GPT-2 does); buffers are left out.
 */
export function familyNames(family: Family, stored: readonly string[]): Map<string, string> {
  const bare = !stored.some((name) => name.startsWith(family.prefix));
  const names = new Map<string, string>();
  for (const file of stored) {
    const name = bare && file !== family.head.name ? family.prefix + file : file;
    if (!family.buffers?.test(name)) names.set(name, file);
  }
  return names;
}
