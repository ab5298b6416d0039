import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { useStudio } from "./studio-context.ts";

/** Why something could not be done, for whoever did it to write: it goes when the server is there again after it was not. */
export function useFault(): Signal<string | null> {
  const fault = useSignal<string | null>(null);
  const returns = useStudio().connection.returns.value;
  useEffect(() => {
    fault.value = null;
  }, [returns, fault]);
  return fault;
}
