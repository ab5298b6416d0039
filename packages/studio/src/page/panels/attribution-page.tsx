import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { messageOf } from "../client/errors.ts";
import type { StudioApi } from "../client/studio-api.ts";
import { type AttributionScene, attributionScene } from "../graph/attribution-scene.ts";
import { Fault } from "../ui/fault.tsx";
import { ThemeButton } from "../ui/tool-button.tsx";
import { AttributionView } from "./attribution-view.tsx";

/** The page where there is no model: an attribution graph that was given to the server, to be looked at. */
export function AttributionPage({ api, dark, onDark }: { api: StudioApi; dark: boolean; onDark: () => void }) {
  const graph = useSignal<AttributionScene | null>(null);
  const error = useSignal<string | null>(null);
  useEffect(() => {
    api.attributionGraph().then(
      (read) => {
        graph.value = attributionScene(read);
      },
      (failure) => {
        error.value = messageOf(failure);
      },
    );
  }, [api, graph, error]);
  return (
    <main class="attribution attribution-page">
      <Fault text={error.value} />
      {graph.value ? (
        <AttributionView graph={graph.value} dark={dark}>
          <ThemeButton dark={dark} onClick={onDark} />
        </AttributionView>
      ) : (
        !error.value && <p class="soft">Reading the graph …</p>
      )}
    </main>
  );
}
