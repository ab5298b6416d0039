import { AutocircuitError } from "@autocircuit/base";

/** Bytes that file systems take for a name, less what is put behind it. */
const LONGEST = 200;

/**
 * A name that a page gives, as the name of a file: one part of a path, of plain letters, that no system takes for something else.
 *
 * @throws AutocircuitError `bad-input`
 */
export function fileName(name: string): string {
  const plain = /^[A-Za-z0-9_-][A-Za-z0-9 ._-]*$/.test(name) && !/[ .]$/.test(name) && name.length <= LONGEST;
  // Names of devices on Windows, whatever follows the first dot.
  if (plain && !/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(name)) return name;
  throw new AutocircuitError(
    "bad-input",
    `${JSON.stringify(name.slice(0, 60))} cannot be a name: take letters, digits, spaces and . _ - (at most ${LONGEST}), not beginning or ending with a dot or a space.`,
  );
}
