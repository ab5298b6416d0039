import type { PageState } from "../../api/index.ts";
import { isRecord } from "./page-state.ts";

/** A state in an address unfolds to no more than so many bytes: an address may come from anybody. */
const maxBytes = 8 << 20;

const mark = "s1.";

/** A state as the part of an address after `#`: JSON, edges as differences, compressed, base64url. */
export async function encodeState(state: PageState): Promise<string> {
  const compact = {
    ...state,
    ablated: differences(state.ablated),
    add: differences(state.add),
    remove: differences(state.remove),
  };
  const stream = new Blob([JSON.stringify(compact)]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return mark + btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/**
 * What {@link encodeState} wrote, not yet checked; null where the address has no state.
 *
 * @throws Error for one that cannot be unfolded, or that is too large
 */
export async function decodeState(hash: string): Promise<unknown> {
  const text = hash.replace(/^#/, "");
  if (!text.startsWith(mark)) return null;
  const bytes = bytesOf(text.slice(mark.length));
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > maxBytes) {
      await reader.cancel();
      throw new Error("The state in the address is too large.");
    }
    parts.push(value as Uint8Array<ArrayBuffer>);
  }
  const state: unknown = JSON.parse(await new Blob(parts).text());
  if (!isRecord(state)) return state;
  return { ...state, ablated: sums(state.ablated), add: sums(state.add), remove: sums(state.remove) };
}

function bytesOf(base64url: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(base64url.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  } catch (cause) {
    throw new Error("it is cut off, or has letters that no state has.", { cause });
  }
}

function differences(edges: readonly number[]): number[] {
  return edges.map((edge, index) => edge - (index === 0 ? 0 : edges[index - 1]!));
}

function sums(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  let sum = 0;
  return value.map((step) => {
    sum += Number(step);
    return sum;
  });
}
