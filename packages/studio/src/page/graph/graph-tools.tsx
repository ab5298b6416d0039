import type { GraphView } from "./graph-view.ts";

/** Zoom, fit and full screen. */
export function GraphTools({ view, frame }: { view: () => GraphView | null; frame: () => HTMLElement | null }) {
  return (
    <div class="graph-tools" role="toolbar" aria-label="View">
      <button type="button" title="Zoom in (+)" aria-label="Zoom in" onClick={() => view()?.zoom(1.3)}>
        +
      </button>
      <button type="button" title="Zoom out (−)" aria-label="Zoom out" onClick={() => view()?.zoom(1 / 1.3)}>
        −
      </button>
      <button type="button" title="Fit (0)" aria-label="Fit" onClick={() => fitView(view())}>
        <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
          <path d="M1 5V1h4M9 1h4v4M13 9v4H9M5 13H1V9" />
        </svg>
      </button>
      <button type="button" title="Full screen (f)" aria-label="Full screen" onClick={() => toggleFullScreen(frame())}>
        <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
          <path d="M8 6l5-5M9 1h4v4M6 8l-5 5M1 9v4h4" />
        </svg>
      </button>
    </div>
  );
}

export function fitView(view: GraphView | null): void {
  if (view) view.look(view.fitted());
}

/** Gives the graph the whole screen, or the page its part back. */
export function toggleFullScreen(frame: HTMLElement | null): void {
  if (document.fullscreenElement) void document.exitFullscreen();
  else void frame?.requestFullscreen();
}
