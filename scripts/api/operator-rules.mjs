import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const TABLE = "native/src/operators/table.h";

/** Where each device has an operator, and its tests. */
const PLACES = [
  (name) => `native/src/kernels/cpu/${name}.cc`,
  (name) => `native/cuda/src/device_operators/${name}.cc`,
  (name) => `native/cuda/src/kernels/${name}.h`,
  (name) => `native/cuda/src/launch/${name}.cu`,
  (name) => `native/cuda/test/${name}_test.cc`,
];

/**
 * Operators of the table that have no file of their name somewhere: they are to be found by it on each device.
 *
 * @param {string} root
 * @returns {string[]}
 */
export function operatorProblems(root) {
  if (!existsSync(join(root, TABLE))) return [];
  const names = [...readFileSync(join(root, TABLE), "utf8").matchAll(/^ +OPERATOR\((\w+?)_?,/gm)].map(
    ([, name]) => name,
  );
  return names.flatMap((name) =>
    PLACES.map((place) => place(name))
      .filter((file) => !existsSync(join(root, file)))
      .map((file) => `${TABLE}: the operator ${name} has no ${file}`),
  );
}
