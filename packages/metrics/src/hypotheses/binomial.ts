/** Logarithms of the binomial coefficients of n, from 0 to n. */
function logChoose(n: number): Float64Array {
  const logs = new Float64Array(n + 1);
  for (let k = 1; k <= n; k++) logs[k] = logs[k - 1]! + Math.log((n - k + 1) / k);
  return logs;
}

/** Probabilities of 0 to n successes in n trials that succeed with probability p. */
export function binomial(n: number, p: number): Float64Array {
  const logs = logChoose(n);
  return logs.map((log, k) => {
    // 0 log 0 is 0: sure successes and sure failures.
    const successes = k === 0 ? 0 : k * Math.log(p);
    const failures = k === n ? 0 : (n - k) * Math.log1p(-p);
    return Math.exp(log + successes + failures);
  });
}

/** Sum of a range of numbers, ends included; 0 for an empty one. */
export function sumOf(values: Float64Array, from: number, to: number): number {
  let sum = 0;
  for (let i = Math.max(0, from); i <= Math.min(values.length - 1, to); i++) sum += values[i]!;
  return Math.min(1, sum);
}
