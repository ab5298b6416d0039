import type { GraphView } from "../graph/graph-view.ts";
import { NameForm } from "../ui/name-form.tsx";
import { counted } from "../ui/numbers.ts";
import { useStudio } from "../ui/studio-context.ts";

/** Pinned nodes, named groups of nodes, and notes. */
export function Groups({ view }: { view: () => GraphView | null }) {
  const studio = useStudio();
  const { pinned, groups, notes } = studio.state;
  const go = (node: string) => {
    const at = studio.nodeNamed(node);
    if (at === null) return;
    studio.selected.value = at;
    view()?.reveal(at);
  };
  const ablate = (names: readonly string[]) => {
    const whole = studio.whole.value;
    const nodes = [...whole.nodes.keys()].filter((at) => names.includes(whole.nodes[at]!.name));
    studio.toggle(nodes.flatMap((node) => studio.edgesOfNode(node, whole)));
  };
  const noted = Object.entries(notes);
  return (
    <section class="block" aria-label="Pins, groups and notes">
      <h2>Pinned nodes</h2>
      {pinned.length === 0 && <p class="hint">Click a node with Ctrl, or press p, to pin it.</p>}
      <ul class="chips plain-chips">
        {pinned.map((node) => (
          <li key={node}>
            <button type="button" onClick={() => go(node)}>
              {node}
            </button>
          </li>
        ))}
      </ul>
      <NameForm
        id="group-name"
        label="Name of a group of the pinned nodes"
        action="Group the pinned"
        disabled={pinned.length === 0}
        onName={(name) => studio.change({ groups: [...groups, { name, nodes: [...pinned], folded: false }] })}
      />
      {groups.length > 0 && <h2>Groups</h2>}
      <ul class="score-sets">
        {groups.map((group, at) => (
          <li key={at}>
            <span class="text">
              <input
                class="quiet"
                type="text"
                aria-label="Name of the group"
                value={group.name}
                onChange={(event) => {
                  const own = event.currentTarget.value.trim() || group.name;
                  studio.change({ groups: groups.map((g, i) => (i === at ? { ...g, name: own } : g)) });
                }}
              />
              <span class="soft">{group.nodes.join(", ") || "no node"}</span>
            </span>
            <button type="button" aria-pressed={group.folded} onClick={() => studio.toggleFold(at)}>
              Fold
            </button>
            <button type="button" onClick={() => ablate(group.nodes)}>
              Ablate
            </button>
            <button type="button" onClick={() => studio.change({ groups: groups.filter((_, i) => i !== at) })}>
              Ungroup
            </button>
          </li>
        ))}
      </ul>
      {noted.length > 0 && <h2>{counted(noted.length, "note")}</h2>}
      <ul class="notes">
        {noted.map(([node, note]) => (
          <li key={node}>
            <button type="button" class="plain" onClick={() => go(node)}>
              {node}
            </button>{" "}
            {note}
          </li>
        ))}
      </ul>
    </section>
  );
}
