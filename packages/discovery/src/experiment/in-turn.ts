/** What runs, or waits, for each key. */
const last = new Map<string, Promise<unknown>>();

/** Runs what is asked for under one key one after the other. */
export async function inTurn<T>(key: string, run: () => Promise<T>): Promise<T> {
  const before = last.get(key);
  const mine = before === undefined ? run() : before.then(run, run);
  last.set(key, mine);
  try {
    return await mine;
  } finally {
    if (last.get(key) === mine) last.delete(key);
  }
}
