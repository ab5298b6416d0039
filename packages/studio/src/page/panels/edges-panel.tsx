import { useComputed, useSignal } from "@preact/signals";
import type { GraphView } from "../graph/graph-view.ts";
import { pin } from "../graph/pointer.ts";
import { counted } from "../ui/numbers.ts";
import { useStudio } from "../ui/studio-context.ts";
import { VirtualList } from "../ui/virtual-list.tsx";
import { EdgeRow } from "./edge-row.tsx";
import { NodeNotes } from "./node-notes.tsx";

/** The graph in words: the edges of the chosen node, its inputs and outputs, or the most important edges of all. */
export function EdgesPanel({ view }: { view: () => GraphView | null }) {
  const studio = useStudio();
  const side = useSignal<"in" | "out">("in");
  const node = studio.selected.value;
  const scene = studio.scene.value;
  const rows = useComputed(() => {
    const shown = studio.shown.value?.edges ?? new Uint32Array();
    const { from, to } = studio.scene.value;
    const own = studio.selected.value;
    const kept: number[] = [];
    for (let i = shown.length - 1; i >= 0; i--) {
      const edge = shown[i]!;
      if (own === null || (side.value === "in" ? to[edge] === own : from[edge] === own)) kept.push(edge);
    }
    return kept;
  });
  const ofNode = useComputed(() => (studio.selected.value === null ? [] : studio.edgesOfNode(studio.selected.value)));
  const choose = (index: number | null) => {
    studio.selected.value = index;
    studio.marked.value = null;
    if (index !== null) view()?.reveal(index);
  };
  return (
    <div class="edges">
      <label class="field wide">
        <span>Node</span>
        <select
          id="node"
          value={node ?? ""}
          onChange={(event) => choose(event.currentTarget.value === "" ? null : Number(event.currentTarget.value))}
        >
          <option value="">all nodes</option>
          {scene.nodes.map(({ name }, index) => (
            <option key={name} value={index}>
              {name}
            </option>
          ))}
        </select>
      </label>
      {node !== null && scene.nodes[node] && (
        <>
          <div class="line buttons">
            <button type="button" id="ablate-node" onClick={() => studio.toggle(ofNode.value)}>
              {ofNode.value.every((edge) => studio.ablated.value.has(edge)) ? "Restore" : "Ablate"} the node
            </button>
            <button
              type="button"
              aria-pressed={studio.state.pinned.includes(scene.nodes[node]!.name)}
              onClick={() => pin(studio, node)}
            >
              {studio.state.pinned.includes(scene.nodes[node]!.name) ? "Unpin" : "Pin"}
            </button>
            {studio.groupOfNode(node) >= 0 && (
              <button type="button" id="fold" onClick={() => studio.toggleFold(studio.groupOfNode(node))}>
                {scene.nodes[node]!.kind === "group" ? "Unfold" : "Fold its group"}
              </button>
            )}
          </div>
          {scene.nodes[node]!.kind === "group" && <p class="hint">{scene.nodes[node]!.parts.join(", ")}</p>}
          <NodeNotes node={scene.nodes[node]!} />
          <fieldset class="segments">
            <legend>Shown edges</legend>
            {(["in", "out"] as const).map((own) => (
              <label key={own}>
                <input
                  type="radio"
                  name="side"
                  checked={side.value === own}
                  onChange={() => {
                    side.value = own;
                  }}
                />
                <span>{own === "in" ? "Inputs" : "Outputs"}</span>
              </label>
            ))}
          </fieldset>
        </>
      )}
      <p class="hint">
        {counted(rows.value.length, "edge")}, the most important first.{" "}
        {rows.value.length > 0 && (
          <button type="button" class="plain" onClick={() => studio.toggle(rows.value)}>
            {rows.value.every((edge) => studio.ablated.value.has(edge)) ? "Restore" : "Ablate"} all of these
          </button>
        )}
      </p>
      <VirtualList
        count={rows.value.length}
        rowHeight={26}
        label="Edges"
        row={(index) => {
          const edge = rows.value[index];
          return edge === undefined ? null : <EdgeRow key={edge} edge={edge} />;
        }}
      />
    </div>
  );
}
