import { ToolButton } from "../ui/tool-button.tsx";
import type { GraphView } from "./graph-view.ts";

/** Zoom, fit and full screen. */
export function GraphTools({ view, frame }: { view: () => GraphView | null; frame: () => HTMLElement | null }) {
  return (
    <div class="graph-tools" role="toolbar" aria-label="View">
      <ToolButton label="Zoom in" keys="+" onClick={() => view()?.zoom(1.3)}>
        +
      </ToolButton>
      <ToolButton label="Zoom out" keys="−" onClick={() => view()?.zoom(1 / 1.3)}>
        −
      </ToolButton>
      <ToolButton label="Fit" keys="0" onClick={() => fitView(view())}>
        <Sign path="M1 5V1h4M9 1h4v4M13 9v4H9M5 13H1V9" />
      </ToolButton>
      <ToolButton label="Full screen" keys="f" onClick={() => toggleFullScreen(frame())}>
        <Sign path="M8 6l5-5M9 1h4v4M6 8l-5 5M1 9v4h4" />
      </ToolButton>
    </div>
  );
}

function Sign({ path }: { path: string }) {
  return (
    <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
      <path d={path} />
    </svg>
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
