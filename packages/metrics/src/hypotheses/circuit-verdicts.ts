import { formatShare } from "@autocircuit/base";
import { type AblationType, ablationKind } from "@autocircuit/core";
import type { AgainstRandom } from "./against-random.ts";
import { binomial, sumOf } from "./binomial.ts";
import type { HypothesisTest } from "./equivalence.ts";
import {
  FEW_PROMPTS,
  leastCount,
  leastOfBeaten,
  leastOfComparison,
  leastOfPermutations,
  leastOfSigns,
} from "./least-counts.ts";
import type { Minimality } from "./minimality.ts";
import { NEAR } from "./score-kept.ts";

/** The tests of the circuit hypothesis by name. */
export type CircuitTestName = "equivalence" | "independence" | "minimality" | "sufficiency" | "partial-necessity";

/** The names of the tests, in the order in which they are told. */
export const circuitTestNames: readonly CircuitTestName[] = [
  "equivalence",
  "independence",
  "minimality",
  "sufficiency",
  "partial-necessity",
];

/** An edge that does less than edges that do not belong into the circuit. */
export interface NotMinimalEdge {
  /** Its name, by token with the position. */
  readonly edge: string;
  /** How far the circuit's scores move without it, in the units of {@link minimalityTest}. */
  readonly distance: number;
  /** The chance of doing more than so few random edges if it is in their quantile. */
  readonly pValue: number;
}

/** What a test of a circuit came to. */
export interface CircuitVerdict {
  readonly test: CircuitTestName;
  /** Null where the scores leave nothing to test, and where so few prompts or random circuits cannot tell ({@link undecided}). */
  readonly passed: boolean | null;
  /** The test was made, and there are too few prompts, or random circuits, for it to say anything. */
  readonly undecided?: true;
  /** Of the least sure edge for minimality; null where nothing was tested. */
  readonly pValue: number | null;
  /** The verdict in words. */
  readonly text: string;
  /** Of minimality, where it was tested: all edges that do too little, those that do least first; the text names a few of them. */
  readonly notMinimal?: readonly NotMinimalEdge[];
}

/** Chance of a wrong verdict that is accepted. */
export const usualLevel = 0.05;

/** The epsilon of equivalence, where nothing else is asked for. */
const EPSILON = 0.1;

const chance = (p: number) => (p < 0.001 ? "p < 0.001" : `p = ${p.toPrecision(2)}`);
const from = (count: number, what: string) => `From ${count} ${what} on the test tells.`;
const lower = (text: string) => text[0]!.toLowerCase() + text.slice(1);

/** What equivalence is judged by beside its test. */
interface EquivalenceFacts {
  /** That differ, and on which model and circuit do. */
  readonly promptCount: number;
  readonly size: number;
  readonly level: number;
  /** Whether prompts show that the circuit keeps the model's score. */
  readonly keeps: () => boolean;
  /** Whether the model scores lower than with every edge ablated. */
  readonly worse: boolean;
}

/**
 * Whether the circuit is as good as the model; prompts on which both score the same say nothing and are left out. That nothing refuses it says
 * little, however many prompts there are: it passes only where they show that it keeps the model's score.
 */
export function equivalenceVerdict(
  result: HypothesisTest | null,
  { promptCount, size, level, keeps, worse }: EquivalenceFacts,
): CircuitVerdict {
  const test = "equivalence";
  const undecided = { test, passed: null, undecided: true } as const;
  const ends = worse ? `.${WORSE}` : ".";
  if (size === 0)
    return {
      ...{ test, passed: null, pValue: null },
      text: `Cannot be tested: the circuit has no edges, so that what it scores is the model with every edge ablated${ends}`,
    };
  if (result === null) {
    const same = `The circuit alone scores the same as the model on all ${promptCount} prompts`;
    const enough = leastCount(level, leastOfComparison);
    if (promptCount >= enough) return { test, passed: true, pValue: null, text: `${same}${ends}` };
    return {
      ...{ ...undecided, pValue: null },
      text: `Cannot tell: ${lower(same)}, which are few${ends} ${from(enough, "prompts")}`,
    };
  }
  const { statistic, pValue } = result;
  const wins = `it scores higher than the model on ${formatShare(statistic)} of ${promptCount} prompts (${chance(pValue)})`;
  if (pValue < level) return { test, passed: false, pValue, text: `Not equivalent: ${wins}${ends}` };
  const nothing = `Nothing says that the circuit differs from the model: ${wins}`;
  const kept = `keeps ${formatShare(1 - NEAR)} to ${formatShare(1 + NEAR)} of the score that ablation of every edge takes`;
  if (keeps()) return { test, passed: true, pValue, text: `${nothing}, and it ${kept}.` };
  const enough = Math.max(
    FEW_PROMPTS,
    leastCount(level, (count) => leastOfSigns(count, EPSILON)),
  );
  const few = promptCount < enough ? ` Fewer than ${enough} prompts refuse little.` : "";
  return {
    ...{ ...undecided, pValue },
    text: `Cannot tell: ${lower(nothing)}, but nothing shows that it ${kept}${ends}${few}`,
  };
}

/** Of a model that does not do the task: no circuit can be shown to keep its score. */
const WORSE =
  " The model itself scores lower than with every edge ablated: it does not do this task, and there is no score to keep.";

/** What else than a circuit that is too small makes scores without it go with the model's. */
const otherCause = (ablation: AblationType) =>
  ablationKind(ablation).values === "other-run"
    ? "the corrupt prompts' values in its place, which differ as the clean prompts do"
    : "answers that score high or low on any prompt";

/** Whether scores without the circuit go with the model's. */
export function independenceVerdict(
  result: HypothesisTest | "whole graph" | "same without" | "same full" | "no scale",
  { level, ablation, promptCount }: { level: number; ablation: AblationType; promptCount: number },
): CircuitVerdict {
  const test = "independence";
  if (result === "whole graph")
    return {
      ...{ test, passed: null, pValue: null },
      text: "Cannot be tested: the circuit is the whole graph, so that nothing is left outside.",
    };
  if (result === "same full")
    return {
      ...{ test, passed: null, pValue: null },
      text: "Cannot be tested: the model scores the same on every prompt.",
    };
  if (result === "no scale")
    return {
      ...{ test, passed: null, pValue: null },
      text: "Cannot be tested: most scores with and without the circuit are one number, so that there is no scale to compare on.",
    };
  if (result === "same without")
    return {
      ...{ test, passed: true, pValue: null },
      text: "Without the circuit all prompts score the same, which tells nothing of the model's scores.",
    };
  const { pValue, leastPValue } = result;
  const nothing = `Nothing says that scores without the circuit go with the model's (${chance(pValue)})`;
  const undecided = { test, passed: null, undecided: true, pValue } as const;
  if (leastPValue >= level) {
    const enough = Math.max(FEW_PROMPTS, leastCount(level, leastOfPermutations));
    const few = `of so few prompts, or that score alike, the least that the test can come to is ${chance(leastPValue)}`;
    return { ...undecided, text: `Cannot tell: ${few}. ${from(enough, "prompts that differ")}` };
  }
  if (pValue < level)
    return {
      ...{ test, passed: false, pValue },
      text:
        `Not independent: scores without the circuit go with the model's (${chance(pValue)}). A circuit that is too small can be the cause, ` +
        `and so can ${otherCause(ablation)}.`,
    };
  if (promptCount >= FEW_PROMPTS) return { test, passed: true, pValue, text: `${nothing}.` };
  const few = `${promptCount} prompts do not find what shares half of its variance with them`;
  return { ...undecided, text: `Cannot tell: ${lower(nothing)}, but ${few}. ${from(FEW_PROMPTS, "prompts")}` };
}

/** So many edges a verdict's text names. */
const NAMED = 5;

/** Whether every edge does something. */
export function minimalityVerdict(
  result: Minimality | null,
  {
    tested,
    size,
    names,
    ...asked
  }: { tested: number; size: number; names: readonly string[]; promptCount: number; quantile: number; level: number },
): CircuitVerdict {
  const test = "minimality";
  if (result === null)
    return {
      ...{ test, passed: null, pValue: null },
      text:
        size === 0
          ? "Cannot be tested: the circuit has no edges."
          : "Cannot be tested: no random path adds an edge to the circuit.",
    };
  const pValue = Math.min(...result.pValues);
  const one = size === 1;
  const of = tested === size ? `its ${size} edges` : `${tested} of its ${size} edges, drawn at random,`;
  const notMinimal = result.notMinimal
    .map((i) => ({ edge: names[i]!, distance: result.distances[i]!, pValue: result.pValues[i]! }))
    .sort((a, b) => a.distance - b.distance);
  const count = notMinimal.length;
  const few = fewToCompare(asked);
  if (few !== null) return { test, passed: null, undecided: true, pValue, text: few };
  const each = asked.level / tested;
  if (result.leastPValue >= each) {
    const random = result.randomDistances.length;
    const enough = leastCount(each, (count) => leastOfBeaten(count, 1 - asked.quantile));
    const said = `${random} random ${random === 1 ? "edge" : "edges"} can refuse none of ${of.replace(/,$/, "")}, did each do more`;
    return {
      test,
      passed: null,
      undecided: true,
      pValue,
      text: `Cannot tell: ${said}. ${from(enough, "random circuits")}`,
    };
  }
  const passed = count === 0;
  const named = notMinimal.slice(0, NAMED).map(({ edge }) => edge);
  const rest = count > named.length ? ` and ${count - named.length} more (\`notMinimal\` of this verdict has all)` : "";
  return {
    ...{ test, passed, pValue, notMinimal },
    text: passed
      ? `Nothing says that ${one ? "its one edge" : `any of ${of}`} does less than edges that do not belong there.`
      : `Not minimal: ${one ? "its one edge does" : `of ${of} ${count} ${count === 1 ? "does" : "do"}`} too little: ${named.join(", ")}${rest}.`,
  };
}

/** Of prompts whose scores stay as they are with every edge ablated: any circuit would pass for the model. */
export function nothingAblated(test: CircuitTestName): CircuitVerdict {
  return {
    ...{ test, passed: null, pValue: null },
    text: "Cannot be tested: with every edge ablated each prompt scores as it does with none.",
  };
}

/** Of prompts that are all the same one. */
export function onePrompt(test: CircuitTestName, promptCount: number): CircuitVerdict {
  return {
    ...{ test, passed: null, pValue: null },
    text: `Cannot be tested: all ${promptCount} prompts are the same, which tells no more than one.`,
  };
}

/** The share of random circuits that must be beaten, the chance of a wrong verdict that is accepted, and on how many prompts. */
interface Asked {
  readonly quantile: number;
  readonly level: number;
  readonly promptCount: number;
}

/** Why distances of so few prompts are not compared; null where they are enough. */
function fewToCompare({ promptCount, level }: Pick<Asked, "promptCount" | "level">): string | null {
  const least = leastOfComparison(promptCount);
  if (least < level) return null;
  const by = `which of two circuits scores nearer to a third ${promptCount} prompts cannot show, were it so on each (${chance(least)})`;
  return `Cannot tell: ${by}. ${from(leastCount(level, leastOfComparison), "prompts")}`;
}

/**
 * Why random circuits, or prompts, are too few to show that the circuit beats its share of them; null where they are enough, and where so few show that
 * it does not.
 */
function fewToShow(result: AgainstRandom, asked: Asked): string | null {
  const { quantile, level } = asked;
  const few = fewToCompare(asked);
  if (few !== null || result.leastPValue < level) return few;
  const random = result.randomDistances.length;
  const beaten = Math.round(result.beaten * random);
  if (sumOf(binomial(random, quantile), 0, beaten) < level) return null;
  const all =
    random === 1
      ? "1 random circuit cannot show, were it beaten"
      : `${random} random circuits cannot show, were all beaten`;
  const enough = leastCount(level, (count) => leastOfBeaten(count, quantile));
  return `Cannot tell: that ${formatShare(quantile)} are beaten, ${all} (${chance(result.leastPValue)}). ${from(enough, "random circuits")}`;
}

function nothingToCompare(test: CircuitTestName, size: number): CircuitVerdict {
  const it = size === 0 ? "has no edges" : "is the whole graph";
  return {
    ...{ test, passed: null, pValue: null },
    text: `Cannot be tested: the circuit ${it}, so that every random circuit of its size is the same.`,
  };
}

/**
 * Whether the circuit is nearer to the model than random ones; null where there are no others of its size. Ties count for the circuit, so
 * that it would pass with nothing shown where all tie.
 */
export function sufficiencyVerdict(result: AgainstRandom | null, size: number, asked: Asked): CircuitVerdict {
  if (result === null) return nothingToCompare("sufficiency", size);
  if (result.randomDistances.every((other) => other === result.distance))
    return {
      ...{ test: "sufficiency", passed: null, pValue: null },
      text: `Cannot be tested: all ${result.randomDistances.length} random circuits of its size are as near to the model as the circuit.`,
    };
  const few = fewToShow(result, asked);
  if (few !== null) return { test: "sufficiency", passed: null, undecided: true, pValue: result.pValue, text: few };
  const { quantile, level } = asked;
  const passed = result.pValue < level;
  const share = `it is at least as near to the model as ${formatShare(result.beaten)} of ${result.randomDistances.length} random circuits of its size (${chance(result.pValue)})`;
  return {
    ...{ test: "sufficiency", passed, pValue: result.pValue },
    text: passed ? `Sufficient: ${share}.` : `Not shown to beat ${formatShare(quantile)} of random circuits: ${share}.`,
  };
}

/** Whether the model needs the circuit more than random ones; null where there are no others of its size. */
export function necessityVerdict(result: AgainstRandom | null, size: number, asked: Asked): CircuitVerdict {
  if (result === null) return nothingToCompare("partial-necessity", size);
  const few = fewToShow(result, asked);
  if (few !== null)
    return { test: "partial-necessity", passed: null, undecided: true, pValue: result.pValue, text: few };
  const { quantile, level } = asked;
  const passed = result.pValue < level;
  const share = `ablating it harms the model more than ablating ${formatShare(result.beaten)} of ${result.randomDistances.length} random circuits of its size (${chance(result.pValue)})`;
  return {
    ...{ test: "partial-necessity", passed, pValue: result.pValue },
    text: passed
      ? `Partly necessary: ${share}.`
      : `Not shown to be needed more than ${formatShare(quantile)} of random circuits: ${share}.`,
  };
}
