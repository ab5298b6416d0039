/**
 * Does `work` for every item, in order, at most `most` of them at a time.
 *
 * @throws the first error of `work`, once all that has begun is over; nothing begins after it
 */
export async function someAtOnce<T>(
  items: readonly T[],
  most: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const left = [...items];
  const errors: unknown[] = [];
  const worker = async () => {
    while (left.length > 0 && errors.length === 0) {
      await work(left.shift()!).catch((error: unknown) => errors.push(error));
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, most) }, worker));
  if (errors.length > 0) throw errors[0];
}
