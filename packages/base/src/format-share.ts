/** A share in percent, as it is at the least: 0.8669 as 86.6 %, so that 100 % means all. */
export function formatShare(share: number): string {
  // 7 of 125 are 55.999... thousandths by rounding alone, and of scores in float32 what is nothing, or all, is so to seven digits.
  return `${Math.floor(share * 1000 + 1e-4) / 10} %`;
}
