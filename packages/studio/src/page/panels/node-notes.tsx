import type { SceneNode } from "../graph/scene.ts";
import { useStudio } from "../ui/studio-context.ts";

/** What a person has written about a node, and which of their groups it is in. */
export function NodeNotes({ node: { name, kind } }: { node: SceneNode }) {
  const studio = useStudio();
  const { notes, groups } = studio.state;
  const into = (index: number) =>
    studio.change({
      groups: groups.map((group, at) => ({
        ...group,
        nodes: at === index ? [...new Set([...group.nodes, name])] : group.nodes.filter((own) => own !== name),
      })),
    });
  return (
    <div class="node-notes">
      <label class="field wide">
        <span>Note</span>
        <textarea
          rows={2}
          value={notes[name] ?? ""}
          onChange={(event) => {
            const { [name]: _, ...others } = notes;
            const text = event.currentTarget.value.trim();
            studio.change({ notes: text === "" ? others : { ...others, [name]: text } });
          }}
        />
      </label>
      {groups.length > 0 && kind !== "group" && (
        <label class="field wide">
          <span>Group</span>
          <select
            value={groups.findIndex(({ nodes }) => nodes.includes(name))}
            onChange={(event) => into(Number(event.currentTarget.value))}
          >
            <option value={-1}>none</option>
            {groups.map((group, index) => (
              <option key={index} value={index}>
                {group.name}
              </option>
            ))}
          </select>
        </label>
      )}
    </div>
  );
}
