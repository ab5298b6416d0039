import { AutocircuitError } from "@autocircuit/base";

/**
 * What a mean over prompts is multiplied by to be in the unit of scores of all prompts: algorithms sum over batches what they give for each as a mean
 * over its prompts, so that their scores are as many times the mean as there are batches. Found from the scores, by least squares, as another
 * algorithm may have another unit.
 *
 * @param perPrompt finite scores of each prompt alone, `[prompt][edge]`
 * @throws AutocircuitError `bad-input` for scores of another number of edges, or that are not finite
 */
export function scoreUnit(scores: ArrayLike<number>, perPrompt: readonly ArrayLike<number>[]): number {
  const edgeCount = perPrompt[0]!.length;
  if (scores.length !== edgeCount)
    throw new AutocircuitError(
      "bad-input",
      `A bootstrap of ${edgeCount} scores of each prompt is given \`scores\` of ${scores.length}: they must be of the same edges.`,
    );
  const means = new Float64Array(edgeCount);
  for (const row of perPrompt)
    for (let edge = 0; edge < edgeCount; edge++) means[edge]! += row[edge]! / perPrompt.length;
  let [product, square] = [0, 0];
  for (let edge = 0; edge < edgeCount; edge++) {
    const score = scores[edge]!;
    if (!Number.isFinite(score))
      throw new AutocircuitError(
        "bad-input",
        `The score of edge ${edge} is ${score}: a bootstrap needs finite numbers.`,
      );
    const mean = means[edge]!;
    product += score * mean;
    square += mean * mean;
  }
  return square === 0 ? 1 : product / square;
}
