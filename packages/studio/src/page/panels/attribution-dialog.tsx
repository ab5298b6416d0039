import { useEffect, useRef } from "preact/hooks";
import type { AttributionScene } from "../graph/attribution-scene.ts";
import { isDark } from "../state/dark.ts";
import { useStudio } from "../ui/studio-context.ts";
import { AttributionView } from "./attribution-view.tsx";

/** A graph of another tool over the whole page. */
export function AttributionDialog({ graph, onClose }: { graph: AttributionScene; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current!.showModal(), []);
  return (
    <dialog ref={dialog} class="attribution" aria-label={graph.title} onClose={onClose}>
      <AttributionView graph={graph} dark={isDark(useStudio().state.dark)}>
        <form method="dialog">
          <button type="submit">Close</button>
        </form>
      </AttributionView>
    </dialog>
  );
}
