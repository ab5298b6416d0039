import { AutocircuitError, signatures } from "@autocircuit/base";
import fc from "fast-check";
import { hostileValue } from "../inputs/hostile.ts";
import { publicCalls } from "../inputs/public-calls.ts";
import { target, WrongResult } from "../target.ts";

/** Every argument and option of every function that has a signature, and `options` itself. */
const slots = Array.from(signatures()).flatMap(([name, { takes, options }]) => [
  ...Object.keys(takes).map((slot) => ({ name, slot, what: "argument" as const })),
  ...Object.keys(options ?? {}).map((slot) => ({ name, slot, what: "option" as const })),
  ...(options ? [{ name, slot: "options", what: "options" as const }] : []),
]);
const slot = fc.constantFrom(...slots);

export default target({
  name: "options",
  about: "every argument and option of every public function with values that do not fit",
  input: fc.oneof(
    { arbitrary: fc.record({ slot, value: hostileValue }), weight: 9 },
    // Options that do not exist: of any name, and slips of the ones that do.
    {
      arbitrary: fc.record({ slot, value: hostileValue, option: fc.string({ minLength: 1, maxLength: 6 }) }),
      weight: 1,
    },
  ),
  run: async (input) => {
    const { slot, value } = input;
    const { takes, options = {} } = signatures().get(slot.name)!;
    const call = publicCalls[slot.name];
    if (call === undefined) throw new WrongResult(`public-calls.ts does not say how ${slot.name} is called`);
    const given = { takes: { ...call.takes }, options: { ...call.options } as unknown };
    let named = slot.slot;
    if ("option" in input) {
      if (slot.what === "argument" || input.option in options || input.option === "__proto__") return "fits";
      given.options = { ...call.options, [input.option]: value };
      named = input.option;
    } else if (slot.what === "options") {
      if (value === undefined || (typeof value === "object" && value !== null && !Array.isArray(value))) return "fits";
      given.options = value;
    } else if (slot.what === "argument") {
      if (fits(takes[slot.slot]!, value) || value === undefined) return "fits";
      given.takes[slot.slot] = value;
    } else {
      if (value === undefined || fits(options[slot.slot]!, value)) return "fits";
      given.options = { ...call.options, [slot.slot]: value };
    }
    try {
      await call.call(given.takes, given.options);
    } catch (error) {
      if (error instanceof AutocircuitError && error.message.includes(`\`${named}\``)) throw error;
      throw new WrongResult(
        `${slot.name}: \`${named}\` was wrong, and the error is: ${error instanceof Error ? error.stack : error}`,
      );
    }
    throw new WrongResult(`${slot.name}: \`${named}\` was wrong and was taken`);
  },
});

function fits(kind: { accepts: (value: unknown) => boolean }, value: unknown): boolean {
  return kind.accepts(value);
}
