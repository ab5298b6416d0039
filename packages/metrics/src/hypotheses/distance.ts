/**
 * How far the scores of two circuits are apart: the mean over prompts of the squared difference, or (`useMean`) the squared difference of
 * their means.
 */
export function distance(a: ArrayLike<number>, b: ArrayLike<number>, useMean = false): number {
  let squares = 0;
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = b[i]! - a[i]!;
    squares += difference ** 2;
    sum += difference;
  }
  return useMean ? (sum / a.length) ** 2 : squares / a.length;
}
