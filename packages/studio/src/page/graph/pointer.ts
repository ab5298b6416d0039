import type { Studio } from "../state/studio.ts";
import type { GraphView } from "./graph-view.ts";
import { caught } from "./lasso.ts";
import type { Hit } from "./paint-overlay.ts";

/** A press that moves less than this is a click. */
const clickSlack = 4;

/**
 * Pointer and wheel on the graph: hover, click, drag to pan, two fingers or the wheel to zoom, Shift and drag for a lasso.
 *
 * @returns what takes it away again
 */
export function attachPointer(
  canvas: HTMLCanvasElement,
  view: GraphView,
  studio: Studio,
  onHover: (hit: Hit | null, x: number, y: number) => void,
): () => void {
  const fingers = new Map<number, [number, number]>();
  let start: [number, number] | null = null;
  let moved = false;
  let lasso: [number, number][] | null = null;

  const place = (event: MouseEvent): [number, number] => {
    const { left, top } = canvas.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  };
  const hover = (hit: Hit | null, x: number, y: number) => {
    view.hover(hit);
    canvas.style.cursor = hit ? "pointer" : "";
    onHover(hit, x, y);
  };

  const down = (event: PointerEvent) => {
    if (event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, place(event));
    start = place(event);
    moved = fingers.size > 1;
    lasso = event.shiftKey ? [start] : null;
  };
  const move = (event: PointerEvent) => {
    const [x, y] = place(event);
    const before = fingers.get(event.pointerId);
    if (!before) {
      hover(view.hitAt(x, y), x, y);
      return;
    }
    if (start && Math.hypot(x - start[0], y - start[1]) > clickSlack) moved = true;
    if (!moved) return;
    hover(null, 0, 0);
    if (lasso) {
      lasso.push([x, y]);
      view.lasso([...lasso]);
    } else if (fingers.size === 2) {
      const other = [...fingers].find(([id]) => id !== event.pointerId)![1];
      const apart = Math.hypot(before[0] - other[0], before[1] - other[1]);
      view.pan((x - before[0]) / 2, (y - before[1]) / 2);
      view.zoom(Math.hypot(x - other[0], y - other[1]) / Math.max(1, apart), (x + other[0]) / 2, (y + other[1]) / 2);
    } else {
      view.pan(x - before[0], y - before[1]);
    }
    fingers.set(event.pointerId, [x, y]);
  };
  const up = (event: PointerEvent) => {
    if (!fingers.delete(event.pointerId)) return;
    const shown = studio.shown.value;
    if (lasso && moved && shown) studio.toggle(caught(studio.scene.value, shown, lasso, view.camera, view.size));
    else if (!moved && event.type === "pointerup") click(event);
    lasso = null;
    view.lasso([]);
    if (fingers.size === 0) start = null;
  };
  const click = (event: PointerEvent) => {
    const hit = view.hitAt(...place(event));
    if (hit?.edge !== undefined) {
      studio.toggle(studio.bundleOf(hit.edge));
    } else if (hit && (event.ctrlKey || event.metaKey)) {
      pin(studio, hit.node);
    } else if (hit && (event.altKey || studio.selected.value === hit.node)) {
      studio.toggle(studio.edgesOfNode(hit.node));
    } else {
      studio.selected.value = hit?.node ?? null;
      if (hit) studio.tab.value = studio.tab.value === "run" ? "run" : "edges";
    }
  };
  const leave = () => hover(null, 0, 0);
  const wheel = (event: WheelEvent) => {
    event.preventDefault();
    const [x, y] = place(event);
    hover(null, 0, 0);
    const lines = event.deltaMode === 1 ? 18 : 1;
    view.zoom(Math.exp(-event.deltaY * lines * (event.ctrlKey ? 0.01 : 0.0016)), x, y);
  };
  canvas.addEventListener("pointerdown", down);
  canvas.addEventListener("pointermove", move);
  canvas.addEventListener("pointerup", up);
  canvas.addEventListener("pointercancel", up);
  canvas.addEventListener("pointerleave", leave);
  canvas.addEventListener("wheel", wheel, { passive: false });
  return () => {
    canvas.removeEventListener("pointerdown", down);
    canvas.removeEventListener("pointermove", move);
    canvas.removeEventListener("pointerup", up);
    canvas.removeEventListener("pointercancel", up);
    canvas.removeEventListener("pointerleave", leave);
    canvas.removeEventListener("wheel", wheel);
  };
}

/** Pins a node, or takes the pin out. */
export function pin(studio: Studio, node: number): void {
  const { name } = studio.scene.value.nodes[node]!;
  const { pinned } = studio.state;
  studio.change({ pinned: pinned.includes(name) ? pinned.filter((other) => other !== name) : [...pinned, name] });
}
