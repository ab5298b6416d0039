import { useCallback, useEffect, useRef } from "preact/hooks";
import { GraphPanel } from "../graph/graph-panel.tsx";
import type { GraphView } from "../graph/graph-view.ts";
import { listenToKeys } from "../keyboard/keys.ts";
import { useStudio } from "../ui/studio-context.ts";
import { Tabs } from "../ui/tabs.tsx";
import { ConnectionBar } from "./connection-bar.tsx";
import { DiscoverPanel } from "./discover-panel.tsx";
import { EdgesPanel } from "./edges-panel.tsx";
import { KeepPanel } from "./keep-panel.tsx";
import { KeysDialog } from "./keys-dialog.tsx";
import { PromptsPanel } from "./prompts-panel.tsx";
import { RunPanel } from "./run-panel.tsx";
import { TopBar } from "./top-bar.tsx";

/** The page once a session is open: the graph at the left, a panel at the right. */
export function Workbench() {
  const studio = useStudio();
  const view = useRef<GraphView | null>(null);
  const keep = useCallback((own: GraphView) => {
    view.current = own;
  }, []);
  useEffect(() => listenToKeys(studio, () => view.current), [studio]);
  return (
    <>
      <button type="button" class="skip" onClick={() => document.getElementById("panel")?.focus()}>
        Skip to the panel
      </button>
      <TopBar view={() => view.current} />
      <ConnectionBar />
      <main class="work">
        <GraphPanel onView={keep} />
        <section class="panel" id="panel" aria-label="Panel" tabIndex={-1}>
          <Tabs
            label="Panels"
            chosen={studio.tab}
            tabs={[
              { key: "run", title: "Ablate", body: () => <RunPanel /> },
              { key: "edges", title: "Edges", body: () => <EdgesPanel view={() => view.current} /> },
              { key: "prompts", title: "Prompts", body: () => <PromptsPanel /> },
              { key: "discover", title: "Discover", body: () => <DiscoverPanel /> },
              { key: "keep", title: "Keep", body: () => <KeepPanel view={() => view.current} /> },
            ]}
          />
        </section>
      </main>
      <KeysDialog />
    </>
  );
}
