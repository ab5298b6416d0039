import { useSignal } from "@preact/signals";
import type { AttributionGraph as AttributionGraphTable } from "../../api/index.ts";
import { messageOf } from "../client/errors.ts";
import { type AttributionScene, attributionScene } from "../graph/attribution-scene.ts";
import { Fault } from "../ui/fault.tsx";
import { FileButton } from "../ui/file-button.tsx";
import { useStudio } from "../ui/studio-context.ts";
import { useFault } from "../ui/use-fault.ts";
import { AttributionDialog } from "./attribution-dialog.tsx";

/** Opens graphs that circuit-tracer made, to be looked at. */
export function AttributionGraph() {
  const studio = useStudio();
  const graph = useSignal<AttributionScene | null>(null);
  const error = useFault();
  const given = studio.session.attributionGraph;
  const attempt = async (read: () => Promise<AttributionGraphTable>) => {
    try {
      graph.value = attributionScene(await read());
      error.value = null;
    } catch (failure) {
      error.value = messageOf(failure);
    }
  };
  return (
    <section class="block" aria-label="Attribution graphs">
      <h2>Attribution graph</h2>
      <p class="hint">A graph of features that circuit-tracer wrote as JSON, to be looked at.</p>
      <div class="buttons">
        {given && (
          <button type="button" onClick={() => attempt(() => studio.api.attributionGraph())}>
            Open {given}
          </button>
        )}
        <FileButton
          id="open-attribution"
          onFile={(file) => void attempt(() => studio.api.readAttributionGraph(file))}
        />
      </div>
      <Fault text={error.value} />
      {graph.value && (
        <AttributionDialog
          graph={graph.value}
          onClose={() => {
            graph.value = null;
          }}
        />
      )}
    </section>
  );
}
