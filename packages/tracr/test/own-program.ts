import {
  aggregate,
  allEdges,
  apply,
  compile,
  evaluate,
  forward,
  groundTruthEdges,
  indices,
  makeFracPrevs,
  programTable,
  select,
  sequenceMap,
  tokensOf,
} from "@autocircuit/tracr";

// 1. Write: how often has the token changed so far?
const token = tokensOf<string>();
const before = select(indices, indices, (key, query) => key === Math.max(0, query - 1));
const previous = aggregate(before, token).named("previous");
const changed = sequenceMap((now: string, then: string) => now !== then, token, previous).named("changed");
const program = makeFracPrevs(changed.map((yes) => yes)).named("change_rate");

console.log(evaluate(program, ["a", "a", "b", "a"])); // [ false, 0, 0.3333333333333333, 0.5 ]

// 2. Compile.
const model = compile(program, { vocab: ["a", "b"], maxSeqLen: 4 });
console.table(programTable(model)); // previous in A0.0, changed in MLP 0, change_rate in A2.0
console.log(apply(model, ["a", "a", "b", "a"])); // the same numbers, to seven digits

// 3. Discover: cut edges one by one, later ones first, as long as no output moves.
const inputs = ["aaaa", "aaba", "abab", "bbab", "baab", "ab", "ba", "b"].map((text) => model.input.encode([...text]));
const clean = inputs.map((ids) => forward(model, ids).logits);
const cut = new Set<string>();
for (const edge of allEdges(model.config).reverse()) {
  cut.add(edge);
  const moved = inputs.some((ids, i) => {
    const { logits } = forward(model, ids, { ablate: cut });
    return logits.some((x, j) => j > 0 && Math.abs(x - clean[i]![j]!) > 1e-3);
  });
  if (moved) cut.delete(edge);
}
export const found = allEdges(model.config).filter((edge) => !cut.has(edge));

// 4. Compare with what the compiler put there.
export const truth = groundTruthEdges(model).map(({ edge }) => edge);
console.log(`${found.length} of ${allEdges(model.config).length} edges found, ${truth.length} in the program`);
console.log(
  "missed:",
  truth.filter((edge) => !found.includes(edge)),
); // []
console.log(
  "extra:",
  found.filter((edge) => !truth.includes(edge)),
); // []
