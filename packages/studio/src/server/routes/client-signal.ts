import { AutocircuitError } from "@autocircuit/base";
import { PAGE_HEADER, SEQUENCE_HEADER } from "../../api/headers.ts";
import type { StudioContext } from "../http/bindings.ts";
import { goneSignal } from "../http/gone-signal.ts";
import type { Newest } from "../queue/newest.ts";

/**
 * Fires when the client is gone, when its page asked for something newer, and when the server closes.
 *
 * @throws AutocircuitError `bad-input` for headers that are none, `aborted` for a request that came in too late
 */
export function clientSignal(context: StudioContext, newest: Newest, closing: AbortSignal): AbortSignal {
  const signals = [closing, goneSignal(context)];
  const page = context.req.header(PAGE_HEADER);
  const sequence = context.req.header(SEQUENCE_HEADER);
  if (page === undefined && sequence === undefined) return AbortSignal.any(signals);
  if (!/^[A-Za-z0-9-]{1,64}$/.test(page ?? "") || !/^\d{1,15}$/.test(sequence ?? ""))
    throw new AutocircuitError(
      "bad-input",
      `${PAGE_HEADER} must be at most 64 letters and digits, ${SEQUENCE_HEADER} a whole number; give both or neither.`,
    );
  return AbortSignal.any([...signals, newest.take({ page: page!, sequence: Number(sequence) })]);
}
