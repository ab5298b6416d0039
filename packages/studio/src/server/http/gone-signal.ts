import type { StudioContext } from "./bindings.ts";

/** A signal that fires when the client closes its connection before it was answered. */
export function goneSignal({ env: { outgoing } }: StudioContext): AbortSignal {
  const abort = new AbortController();
  const onClose = () => {
    if (!outgoing.writableFinished) abort.abort(new Error("The connection was closed."));
  };
  if (outgoing.closed) onClose();
  else outgoing.once("close", onClose);
  return abort.signal;
}
