/**
 * Lines of work that tells how far it is by calling back: the newest progress, as often as somebody asks for it, and at the end what the work
 * gives. Progress that nobody took in time is forgotten.
 */
export async function* progressOf<Step, Line>(
  work: (onProgress: (step: Step) => void) => Promise<Line>,
  line: (step: Step) => Line,
): AsyncGenerator<Line, void, void> {
  let latest: Step | undefined;
  let wake: () => void = () => undefined;
  let over = false;
  const result = work((step) => {
    latest = step;
    wake();
  }).finally(() => {
    over = true;
    wake();
  });
  // Looked at below; until then a failure has nobody to hear of it.
  result.catch(() => undefined);
  while (!over) {
    await new Promise<void>((resolve) => {
      wake = resolve;
      if (over || latest !== undefined) resolve();
    });
    const step = latest;
    latest = undefined;
    if (step !== undefined && !over) yield line(step);
  }
  yield await result;
}
