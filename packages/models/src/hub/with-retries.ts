import { setTimeout as sleep } from "node:timers/promises";
import { throwIfAborted } from "@autocircuit/core";
import { type RequestContext, requestError, TransientError, unreachable } from "./hub-errors.ts";

/** Failures in a row, without a byte of progress, after which it is given up. */
const MOST_FAILURES = 5;

/** What one attempt is given. */
export interface Attempt {
  /** Fires when the user's signal does, or when nothing came in for too long. */
  readonly signal: AbortSignal;
  /** To be called whenever bytes come in. */
  readonly alive: () => void;
  /** To be called when they bring the work further than any attempt before. */
  readonly progress: () => void;
}

/**
 * Tries a request until it succeeds or fails for good. An attempt that goes silent is stopped; one that got further than
 * those before it does not count as a failure.
 *
 * @param retries how often to try again after attempts without progress
 * @throws AutocircuitError `not-found` when the hub refuses or stays unreachable, `aborted`
 */
export async function withRetries<T>(
  context: RequestContext,
  work: (attempt: Attempt) => Promise<T>,
  retries = MOST_FAILURES,
): Promise<T> {
  const { signal, retryDelay } = context.hub;
  for (let failures = 0; ; failures++) {
    throwIfAborted(signal);
    using watch = stallWatch(context.hub.stallTimeout);
    try {
      return await work({
        signal: signal ? AbortSignal.any([signal, watch.signal]) : watch.signal,
        alive: watch.restart,
        progress: () => {
          failures = 0;
        },
      });
    } catch (thrown) {
      const error = requestError(thrown, context, watch.signal.aborted);
      if (!(error instanceof TransientError)) throw error;
      if (failures >= retries) throw unreachable(error, context);
      await sleep(retryDelay * 2 ** failures, undefined, signal ? { signal } : {}).catch(() => throwIfAborted(signal));
    }
  }
}

/** A signal that fires when it is not restarted in time. */
function stallWatch(milliseconds: number): Disposable & { signal: AbortSignal; restart: () => void } {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), milliseconds);
  return {
    signal: controller.signal,
    restart: () => void timer.refresh(),
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}
