import type { CompiledModel, Token } from "../src/index.ts";

/** A small generator of repeatable numbers (mulberry32), in [0, 1). */
export function repeatable(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Bracket strings in which each kind is balanced, closes too early, or stays open: random ones rarely are. */
const brackets = [
  "()",
  "{}",
  "[]",
  ")(",
  "}{",
  "][",
  "(){}",
  "({)}",
  "{}[]",
  "[(])",
  "([{)]}",
  "({[",
  "(())",
  "{{}}",
  "[[]]",
  "((",
  "))",
];

/**
 * Random inputs of the longest length, `count` of them, and a quarter of that of every shorter length; for bracket programs
 * telling ones first.
 */
export function sampleInputs({ settings }: CompiledModel, count: number): Token[][] {
  const random = repeatable(7);
  const { vocab, maxSeqLen } = settings;
  const make = (length: number): Token[] => Array.from({ length }, () => vocab[Math.floor(random() * vocab.length)]!);
  const telling = brackets.map((text) => [...text]).filter((text) => text.every((token) => vocab.includes(token)));
  const inputs: Token[][] = telling.filter((text) => text.length <= maxSeqLen);
  const rest = inputs.length > 0 ? Math.ceil(count / 4) : count;
  for (let i = 0; i < rest; i++) inputs.push(make(maxSeqLen));
  for (let length = 1; length < maxSeqLen; length++) {
    // Two at least, so that every input has a partner of its length.
    for (let i = 0; i < Math.max(2, rest / 4); i++) inputs.push(make(length));
  }
  return inputs;
}

/** For every input the place of another one of equal length. */
export function partners(inputs: readonly (readonly unknown[])[]): number[] {
  return inputs.map((input, i) => {
    const turn = inputs.map((_, j) => (i + 1 + j) % inputs.length);
    return turn.find((j) => inputs[j]!.length === input.length)!;
  });
}
