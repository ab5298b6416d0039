/** Something to time, once. */
export interface Timed {
  name: string;
  run: () => Promise<void>;
  /** Time it at most this often, without a warm-up: for what takes minutes and warms up while it runs. */
  atMost?: number;
}

/**
 * Times each of `items` `repeats` times, taking turns, so that a slow spell of the machine hits all of them alike. One untimed round
 * goes first: it fills caches and starts threads.
 *
 * @returns seconds per repeat, by name
 */
export async function interleave(
  items: readonly Timed[],
  repeats: number,
  onRound?: (done: number) => void,
): Promise<Map<string, number[]>> {
  const seconds = new Map(items.map(({ name }) => [name, [] as number[]]));
  for (let round = 0; round <= repeats; round++) {
    for (const { name, run, atMost } of items) {
      if (atMost !== undefined && (round === 0 || round > atMost)) continue;
      const start = performance.now();
      await run();
      if (round > 0) seconds.get(name)?.push((performance.now() - start) / 1000);
    }
    onRound?.(round);
  }
  return seconds;
}
