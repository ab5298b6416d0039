import { AutocircuitError } from "@autocircuit/base";

/** @throws AutocircuitError `bad-input` unless all lists of per-prompt scores are equally long, not empty, and numbers */
export function requireSameLength(test: string, lists: Readonly<Record<string, ArrayLike<number>>>): void {
  const entries = Object.entries(lists);
  const [first, scores] = entries[0]!;
  if (scores.length === 0) throw new AutocircuitError("bad-input", `${test}: \`${first}\` has no scores.`);
  for (const [name, values] of entries) {
    if (values.length !== scores.length) {
      const sizes = `\`${name}\` has ${values.length}, \`${first}\` has ${scores.length}`;
      throw new AutocircuitError("bad-input", `${test} needs one score a prompt in each list: ${sizes}.`);
    }
    const wrong = Array.prototype.findIndex.call(values, (value: unknown) => !Number.isFinite(value));
    if (wrong >= 0)
      throw new AutocircuitError(
        "bad-input",
        `${test}: score ${wrong} of \`${name}\` is ${values[wrong]}, no finite number.`,
      );
  }
}
