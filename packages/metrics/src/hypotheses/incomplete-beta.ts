/** Most terms of the continued fraction; a few dozen are enough for any that converges. */
const MOST_TERMS = 500;
const TINY = 1e-300;

/**
 * Regularised incomplete beta function `I_x(a, b)`, by its continued fraction (modified Lentz; Abramowitz and Stegun 26.5.8).
 *
 * @param a above 0
 * @param b above 0
 * @param x from 0 to 1
 */
export function incompleteBeta(a: number, b: number, x: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The fraction converges fast below the mean only.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(b, a, 1 - x);
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x)) / a;
  let fraction = 1;
  let numerator = 1;
  let denominator = 0;
  for (let term = 0; term < MOST_TERMS; term++) {
    const factor = term === 0 ? 1 : coefficient(a, b, x, term);
    denominator = 1 / away(1 + factor * denominator);
    numerator = away(1 + factor / numerator);
    const change = numerator * denominator;
    fraction *= change;
    if (term > 0 && Math.abs(change - 1) < 1e-15) break;
  }
  return front * (fraction - 1);
}

function coefficient(a: number, b: number, x: number, term: number): number {
  const m = Math.floor(term / 2);
  return term % 2 === 0
    ? (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    : -((a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
}

/** Not 0, which nothing can be divided by. */
function away(value: number): number {
  return Math.abs(value) < TINY ? TINY : value;
}

/** Logarithm of the gamma function above 0, by Lanczos's series (g = 7). */
function logGamma(x: number): number {
  const series = [
    0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
    12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
  ];
  const y = x - 1;
  const t = y + 7.5;
  const sum = series.reduce((total, value, i) => (i === 0 ? value : total + value / (y + i)), 0);
  return 0.5 * Math.log(2 * Math.PI) + (y + 0.5) * Math.log(t) - t + Math.log(sum);
}
