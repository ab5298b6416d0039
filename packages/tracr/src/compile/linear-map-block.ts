import type { Mlp } from "./block.ts";
import { direction } from "./direction.ts";
import { Matrix } from "./matrix.ts";
import { Space } from "./space.ts";

/** `fstFactor * fst + sndFactor * snd` of two numerical inputs, exact for either sign: `relu(x) - relu(-x) = x`. */
export function linearMapBlock(
  label: string,
  fst: Space,
  snd: Space,
  output: Space,
  fstFactor: number,
  sndFactor: number,
): Mlp {
  const input = Space.join(fst, snd);
  const operands = [
    { source: fst.directions[0]!, name: `_hidden_${label}_x`, factor: fstFactor },
    { source: snd.directions[0]!, name: `_hidden_${label}_y`, factor: sndFactor },
  ];
  const units = operands.flatMap((operand) =>
    [-1, 1].map((side) => ({ ...operand, side, unit: direction(operand.name, side) })),
  );
  const hidden = new Space(units.map(({ unit }) => unit));
  const first = new Matrix(input.size, hidden.size);
  const second = new Matrix(hidden.size, 1);
  for (const { source, factor, side, unit } of units) {
    first.set(input.index(source), hidden.index(unit), side);
    second.set(hidden.index(unit), 0, factor * side);
  }
  return { input, hidden, output, first, second };
}
