import type { GraphView } from "../graph/graph-view.ts";
import { AttributionGraph } from "./attribution-graph.tsx";
import { Exports } from "./exports.tsx";
import { Groups } from "./groups.tsx";
import { SavedStates } from "./saved-states.tsx";

/** What is kept: pinned nodes, groups and notes, states, exports. */
export function KeepPanel({ view }: { view: () => GraphView | null }) {
  return (
    <>
      <Groups view={view} />
      <Exports view={view} />
      <SavedStates />
      <AttributionGraph />
    </>
  );
}
