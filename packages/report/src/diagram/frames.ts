import { framePad } from "./autoencoder-boxes.ts";
import { isBar } from "./boxes.ts";
import type { Lane } from "./lanes.ts";
import type { PlacedBox } from "./placed-box.ts";

/** Those of a lane's boxes that what an autoencoder writes stands above, by name: with the ids of that, from the left. */
export function writtenIn(lane: Lane): ReadonlyMap<string, readonly number[]> {
  const written = new Map<string, number[]>();
  for (const { id, box } of lane.rows.flat()) {
    if (box.owner !== undefined) written.set(box.owner, [...(written.get(box.owner) ?? []), id]);
  }
  return written;
}

/** A frame around what an autoencoder writes, and the box below. */
export interface Frame {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The frames of a lane. */
export function framesOf(boxes: readonly PlacedBox[]): Frame[] {
  const owners = new Set(boxes.flatMap(({ box }) => box.owner ?? []));
  return [...owners].map((owner) => {
    const inside = boxes.filter(({ box }) => box.owner === owner || (box.name === owner && !isBar(box)));
    const left = Math.min(...inside.map(({ x }) => x)) - framePad;
    const top = Math.min(...inside.map(({ y }) => y)) - framePad;
    const right = Math.max(...inside.map(({ x, width }) => x + width)) + framePad;
    const bottom = Math.max(...inside.map(({ y, height }) => y + height)) + framePad;
    return { x: left, y: top, width: right - left, height: bottom - top };
  });
}
