import type { Scene } from "./scene.ts";

/** What is looked at: the point in the middle of the view, and pixels a unit of the world. */
export interface Camera {
  x: number;
  y: number;
  zoom: number;
}

/** Size of a view in CSS pixels. */
export interface ViewSize {
  width: number;
  height: number;
}

const limits = { min: 0.02, max: 6 } as const;

/** Everything in view, with room for the captions. */
export function fit(bounds: Scene["bounds"], { width, height }: ViewSize): Camera {
  // At the left the numbers of blocks, above the key; where the view is narrow, buttons at the right.
  const margin = { left: 34, right: width < 600 ? 50 : 14, top: 36, bottom: 26 };
  const across = Math.max(1, bounds.right - bounds.left);
  const up = Math.max(1, bounds.bottom - bounds.top);
  const zoom = Math.min(
    Math.max(1, width - margin.left - margin.right) / across,
    Math.max(1, height - margin.top - margin.bottom) / up,
    1.9,
  );
  return {
    x: (bounds.left + bounds.right) / 2 - (margin.left - margin.right) / 2 / zoom,
    y: (bounds.top + bounds.bottom) / 2 + (margin.bottom - margin.top) / 2 / zoom,
    zoom: Math.max(limits.min, zoom),
  };
}

/** Nearer (`factor` above 1) or farther, with the world's point under (`px`, `py`) staying there. */
export function zoomAt(camera: Camera, size: ViewSize, px: number, py: number, factor: number): Camera {
  const zoom = Math.min(limits.max, Math.max(limits.min, camera.zoom * factor));
  const [wx, wy] = toWorld(camera, size, px, py);
  return { x: wx - (px - size.width / 2) / zoom, y: wy - (py - size.height / 2) / zoom, zoom };
}

export function toWorld(camera: Camera, size: ViewSize, px: number, py: number): [number, number] {
  return [camera.x + (px - size.width / 2) / camera.zoom, camera.y + (py - size.height / 2) / camera.zoom];
}

export function toScreen(camera: Camera, size: ViewSize, x: number, y: number): [number, number] {
  return [(x - camera.x) * camera.zoom + size.width / 2, (y - camera.y) * camera.zoom + size.height / 2];
}
