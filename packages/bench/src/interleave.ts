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
 * @param onProcessorTime told the processor time of each timed repeat, in seconds, of all threads together
 * @returns seconds per repeat, by name
 */
export async function interleave(
  items: readonly Timed[],
  repeats: number,
  onRound?: (done: number) => void,
  onProcessorTime?: (name: string, seconds: number) => void,
): Promise<Map<string, number[]>> {
  const seconds = new Map(items.map(({ name }) => [name, [] as number[]]));
  for (let round = 0; round <= repeats; round++) {
    for (const { name, run, atMost } of items) {
      if (atMost !== undefined && (round === 0 || round > atMost)) continue;
      const [before, start] = [process.cpuUsage(), performance.now()];
      await run();
      const took = performance.now() - start;
      if (round === 0) continue;
      seconds.get(name)?.push(took / 1000);
      const { user, system } = process.cpuUsage(before);
      onProcessorTime?.(name, (user + system) / 1e6);
    }
    onRound?.(round);
  }
  return seconds;
}
