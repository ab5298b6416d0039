import { AutocircuitError, type KindsOf, kind, MersenneTwister, signature, USUAL_SEED } from "@autocircuit/base";
import {
  Circuit,
  coreKinds,
  type Graph,
  type PatchableModel,
  type PromptLoader,
  type PromptPair,
} from "@autocircuit/core";
import { numberPrompts } from "../distinct-prompts.ts";
import { nothingToLose } from "../faithfulness-range.ts";
import {
  type PromptScore,
  type PromptScoresOptions,
  promptScoreNames,
  promptScores,
  usualPromptScore,
} from "../prompt-scores.ts";
import { partialNecessityTest, sufficiencyTest } from "./against-random.ts";
import {
  type CircuitTestName,
  type CircuitVerdict,
  circuitTestNames,
  equivalenceVerdict,
  independenceVerdict,
  minimalityVerdict,
  necessityVerdict,
  nothingAblated,
  onePrompt,
  sufficiencyVerdict,
  usualLevel,
} from "./circuit-verdicts.ts";
import { equivalenceTest } from "./equivalence.ts";
import { crossMedian, independenceTest } from "./independence.ts";
import { minimalityTest } from "./minimality.ts";
import { RandomPaths } from "./random-circuits.ts";
import { constant, leveled, roundingOf, withoutRounding } from "./rounding.ts";
import { type KeptScores, keepsScore } from "./score-kept.ts";
import { testPromptsProblem } from "./test-prompts-problem.ts";

/** Options of {@link testCircuit}. */
export interface TestCircuitOptions extends PromptScoresOptions {
  /** Which tests. Default: all. */
  readonly tests?: readonly CircuitTestName[] | undefined;
  /** Random circuits to compare with. Default 50: fewer than 29 can show nothing at the usual quantile and level. */
  readonly random?: number | undefined;
  /** Share of random circuits, or edges, that must be beaten. Default 0.9. */
  readonly quantile?: number | undefined;
  /** Most edges that minimality tries one by one; of a larger circuit so many are drawn. Default 200. */
  readonly mostEdges?: number | undefined;
  /** Chance of a wrong verdict of each test. Default 0.05. */
  readonly level?: number | undefined;
  /** Seed of what is drawn. Default 0. */
  readonly seed?: number | undefined;
}

/** What the tests of a circuit came to. */
export interface CircuitTests {
  readonly score: PromptScore;
  readonly size: number;
  readonly promptCount: number;
  /** How many of the prompts differ: one that is there again is tested once. */
  readonly distinct: number;
  /** Mean scores of all prompts: of the model, of the circuit alone, of the model without the circuit, and of it with every edge ablated. */
  readonly means: {
    readonly full: number;
    readonly circuit: number;
    readonly without: number;
    readonly ablated: number;
  };
  readonly verdicts: readonly CircuitVerdict[];
}

/** Between 0 and 1, neither of them. */
export const openShare = kind.such(
  "a number between 0 and 1",
  (value) => typeof value === "number" && value > 0 && value < 1,
);
const check = signature(
  "testCircuit",
  { model: coreKinds.patchableModel, prompts: coreKinds.promptLoader, circuit: coreKinds.circuit },
  {
    ...coreKinds.longOptions,
    score: kind.oneOf(promptScoreNames),
    ablation: coreKinds.ablationName,
    tests: kind.listOf(kind.oneOf(circuitTestNames)),
    random: kind.count,
    quantile: openShare,
    mostEdges: kind.count,
    level: openShare,
    seed: kind.whole,
  } satisfies KindsOf<TestCircuitOptions>,
);

/** Random circuits, the share of them that must be beaten, and edges that minimality tries, where nothing else is asked for. */
export const usualTestSettings = { random: 50, quantile: 0.9, mostEdges: 200, level: usualLevel } as const;

/** What permutations may take in memory and time, however small the level. */
const MOST_PERMUTATIONS = 100_000;

/**
 * Tests the hypothesis that a set of edges is the circuit of a behaviour (Shi et al. 2024, arXiv:2410.13032), on the scores of prompts:
 *
 * - `equivalence`: the circuit alone is as good as the model,
 * - `independence`: what is left without it tells nothing of the model's scores, which resampled values can prevent were the circuit exactly right,
 * - `minimality`: each edge does more than edges of random paths added to it,
 * - `sufficiency`: it is nearer to the model than random circuits of its size,
 * - `partial-necessity`: ablating it harms the model more than ablating random ones.
 *
 * Independence and minimality pass where nothing speaks against them, sufficiency and necessity where they are shown, and equivalence where besides the
 * prompts show that the circuit keeps the model's score. What cannot tell is `undecided`: equivalence that is not refused and not shown; independence
 * that less than 20 prompts do not refuse, or that they cannot (at the usual level less than 4, or more of which most score alike); the other three with
 * less than 5, which cannot show that one circuit is nearer than another, or with too few random circuits (less than 29 for the last two). A prompt that
 * is there again counts once. None can be made where ablation of every edge leaves the scores as they are, or where all prompts are the same, and of a
 * circuit without edges only independence. Cost: a forward for each random circuit and test, and for minimality one an edge.
 *
 * @throws AutocircuitError `bad-input` for fewer than two prompts, a circuit of another graph, a logit difference without wrong answers;
 *   `not-finite`; `aborted`
 *
 * @example
 * const { verdicts } = await testCircuit(task.model, task.test, scores.circuit(50));
 * for (const { test, text } of verdicts) console.log(test, text);
 */
export async function testCircuit(
  model: PatchableModel,
  prompts: PromptLoader,
  circuit: Circuit,
  options: TestCircuitOptions = {},
): Promise<CircuitTests> {
  check({ model, prompts, circuit }, options);
  const few = testPromptsProblem(prompts.promptCount);
  if (few !== undefined) throw new AutocircuitError("bad-input", `testCircuit: ${few}. Give at least two prompts.`);
  const {
    score = usualPromptScore(model, prompts),
    tests = circuitTestNames,
    level = usualTestSettings.level,
  } = options;
  const {
    ablation = "resample",
    random = usualTestSettings.random,
    quantile = usualTestSettings.quantile,
    seed = USUAL_SEED,
    signal,
    onProgress,
  } = options;
  const plan = planOf(circuit, { tests, random, seed, mostEdges: options.mostEdges ?? usualTestSettings.mostEdges });
  const places = firstPlaces(prompts.prompts);
  const all = await promptScores(model, prompts, plan.circuits, { score, ablation, signal, onProgress });
  const rows = all.map((scores) => Float64Array.from(places, (place) => scores[place]!));
  const [full] = rows as [Float64Array];
  const near = roundingOf(full);
  // Where random circuits are compared with this one, what differs from its scores by rounding alone is a tie, too.
  const scoresOf = (circuits: readonly Circuit[], ...references: readonly Float64Array[]) =>
    circuits.map((one) =>
      [...references, full].reduce(
        (scores, of) => withoutRounding(scores, of, near),
        rows[plan.circuits.indexOf(one)]!,
      ),
    );
  const [, alone, without, ablated] = scoresOf(plan.always) as [Float64Array, Float64Array, Float64Array, Float64Array];
  const ablatedAsFull = ablated.every((score, prompt) => score === full[prompt]);
  const isWhole = circuit.size === circuit.graph.edgeCount;
  // There is no other circuit of no edges, or of all.
  const comparable = circuit.size > 0 && !isWhole;
  const { promptCount } = prompts;
  const distinct = places.length;
  const asked = { quantile, level, promptCount: distinct };
  const verdict: Record<CircuitTestName, () => CircuitVerdict> = {
    equivalence: () => equivalence({ full, alone, ablated }, { level, size: circuit.size }),
    independence: () => {
      const about = { level, ablation, promptCount: distinct };
      if (isWhole) return independenceVerdict("whole graph", about);
      if (constant(full)) return independenceVerdict("same full", about);
      if (constant(without)) return independenceVerdict("same without", about);
      const [x, y] = [leveled(without), leveled(full)];
      if (crossMedian(x, y) === 0) return independenceVerdict("no scale", about);
      // So many that their smallest p-value is below the level.
      const permutations = Math.min(MOST_PERMUTATIONS, Math.max(1000, Math.ceil(1 / level)));
      return independenceVerdict(independenceTest(x, y, { seed, permutations }), about);
    },
    minimality: () => {
      const { knockedOut, inflated, tested } = plan;
      const about = {
        ...asked,
        tested: tested.length,
        size: circuit.size,
        names: tested.map((e) => `${circuit.graph.edge(e)}`),
      };
      if (knockedOut.length === 0 || inflated.length === 0) return minimalityVerdict(null, about);
      const scores = {
        circuit: alone,
        knockedOut: scoresOf(knockedOut, alone),
        inflated: scoresOf(
          inflated.map(({ whole }) => whole),
          alone,
        ),
        inflatedKnockedOut: scoresOf(
          inflated.map(({ less }) => less),
          alone,
        ),
      };
      return minimalityVerdict(minimalityTest(scores, { quantile, level }), about);
    },
    sufficiency: () =>
      sufficiencyVerdict(
        comparable ? sufficiencyTest(full, alone, scoresOf(plan.random, alone), { quantile }) : null,
        circuit.size,
        asked,
      ),
    "partial-necessity": () =>
      necessityVerdict(
        comparable ? partialNecessityTest(full, without, scoresOf(plan.removed, without), { quantile }) : null,
        circuit.size,
        asked,
      ),
  };
  return {
    ...{ score, size: circuit.size, promptCount, distinct },
    means: meansOf(all),
    verdicts: circuitTestNames
      .filter((name) => tests.includes(name))
      .map((name) =>
        ablatedAsFull ? nothingAblated(name) : distinct === 1 ? onePrompt(name, promptCount) : verdict[name](),
      ),
  };
}

/** Where each prompt comes first: again it tells no more. */
function firstPlaces(prompts: readonly PromptPair[]): number[] {
  const places: number[] = [];
  // They are numbered in the order in which they first come.
  for (const [place, group] of numberPrompts(prompts).entries()) if (group === places.length) places.push(place);
  return places;
}

/** The circuits that the tests run. */
function planOf(
  circuit: Circuit,
  asked: { tests: readonly CircuitTestName[]; random: number; seed: number; mostEdges: number },
) {
  const { graph } = circuit;
  const wants = (name: CircuitTestName) => asked.tests.includes(name);
  const draw = new MersenneTwister(asked.seed);
  const paths = new RandomPaths(graph, draw);
  const many = <T>(make: () => T): T[] => Array.from({ length: asked.random }, make);
  const random = wants("sufficiency") || wants("partial-necessity") ? many(() => paths.circuit(circuit.size)) : [];
  const edges = [...circuit.indices];
  const tested = wants("minimality")
    ? draw
        .shuffle(edges)
        .slice(0, asked.mostEdges)
        .sort((a, b) => a - b)
    : [];
  const inflated = (tested.length > 0 ? many(() => paths.inflated(circuit)) : []).flatMap((found) => {
    if (found === null) return [];
    const dropped = found.added[draw.below(found.added.length)]!;
    return [
      {
        whole: found.circuit,
        less: Circuit.of(
          graph,
          [...found.circuit.indices].filter((e) => e !== dropped),
        ),
      },
    ];
  });
  const always = [Circuit.where(graph, () => true), circuit, complementOf(circuit, graph), Circuit.of(graph, [])];
  const knockedOut = tested.map((edge) =>
    Circuit.of(
      graph,
      edges.filter((other) => other !== edge),
    ),
  );
  const sufficient = wants("sufficiency") ? random : [];
  const removed = wants("partial-necessity") ? random.map((other) => complementOf(other, graph)) : [];
  const circuits = [
    ...[...always, ...sufficient, ...removed, ...knockedOut],
    ...inflated.flatMap(({ whole, less }) => [whole, less]),
  ];
  return { always, random: sufficient, removed, tested, knockedOut, inflated, circuits };
}

function complementOf(circuit: Circuit, graph: Graph): Circuit {
  const outside = circuit.complement();
  return Circuit.where(graph, (edge) => outside[edge] === 1);
}

/** Prompts on which both score the same are left out, as a sign test has it: the published code counts them against the circuit. */
function equivalence(scores: KeptScores, { level, size }: { level: number; size: number }): CircuitVerdict {
  const { full, alone, ablated } = scores;
  const apart = [...full.keys()].filter((i) => full[i] !== alone[i]);
  const means = { full: mean(full), empty: mean(ablated) };
  const about = { level, size, keeps: () => keepsScore(scores, level), worse: nothingToLose(means) === "not-done" };
  if (apart.length === 0) return equivalenceVerdict(null, { ...about, promptCount: full.length });
  const of = (scores: Float64Array) => apart.map((i) => scores[i]!);
  return equivalenceVerdict(equivalenceTest(of(full), of(alone)), { ...about, promptCount: apart.length });
}

/** Of the scores of the circuits that always run. */
function meansOf(scores: readonly Float64Array[]): CircuitTests["means"] {
  const [full, circuit, without, ablated] = scores.slice(0, 4).map(mean) as [number, number, number, number];
  return { full, circuit, without, ablated };
}

function mean(scores: Float64Array): number {
  return scores.reduce((sum, score) => sum + score, 0) / scores.length;
}
