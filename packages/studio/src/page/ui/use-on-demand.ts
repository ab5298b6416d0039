import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { messageOf } from "../client/errors.ts";
import { Latest } from "../client/latest.ts";
import { useFault } from "./use-fault.ts";

/** What a person asks for by a button: its value, whether it is being made, and why it could not be. */
export interface OnDemand<T> {
  readonly value: Signal<T | null>;
  readonly error: Signal<string | null>;
  readonly running: Signal<boolean>;
  /** Begins; what was begun before is taken back. */
  readonly start: (work: (signal: AbortSignal) => Promise<void>) => Promise<void>;
  readonly cancel: () => void;
}

/** @param of - what the value belongs to: with another it goes, and nobody reads it for what it is not */
export function useOnDemand<T>(of: string): OnDemand<T> {
  const value = useSignal<T | null>(null);
  const error = useFault();
  const running = useSignal(false);
  const latest = useRef(new Latest());
  const begun = useRef(0);
  const cancel = () => {
    begun.current++;
    latest.current.cancel();
    running.value = false;
  };
  useEffect(() => () => latest.current.cancel(), []);
  useEffect(() => {
    cancel();
    value.value = null;
    error.value = null;
  }, [of]);
  const start = async (work: (signal: AbortSignal) => Promise<void>) => {
    const own = ++begun.current;
    running.value = true;
    error.value = null;
    try {
      await latest.current.run(work);
    } catch (failure) {
      error.value = messageOf(failure);
    }
    if (own === begun.current) running.value = false;
  };
  return { value, error, running, start, cancel };
}
