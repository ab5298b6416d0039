import { useSignal } from "@preact/signals";
import type { GraphView } from "../graph/graph-view.ts";
import { useStudio } from "../ui/studio-context.ts";

/** So many finds are listed. */
const most = 12;

/** Finds nodes by name, and edges by their two names with an arrow between. */
export function Search({ view }: { view: () => GraphView | null }) {
  const studio = useStudio();
  const text = useSignal("");
  const at = useSignal(0);
  const finds = text.value.trim() === "" ? [] : find(studio, text.value);
  const take = (index: number) => {
    const found = finds[index];
    if (!found) return;
    studio.selected.value = found.node;
    studio.marked.value = found.edge;
    studio.tab.value = "edges";
    view()?.reveal(found.node);
    text.value = "";
    document.getElementById("graph")?.focus();
  };
  return (
    <div class="search">
      <input
        id="search"
        type="text"
        // biome-ignore lint/a11y/noRedundantRoles: it is so only with a list of the browser's own
        role="combobox"
        placeholder="Search nodes, edges  /"
        aria-label="Search nodes and edges"
        aria-expanded={finds.length > 0}
        aria-controls="finds"
        aria-autocomplete="list"
        {...(finds[at.value] && { "aria-activedescendant": `find-${at.value}` })}
        autocomplete="off"
        list={undefined}
        value={text.value}
        onInput={(event) => {
          text.value = event.currentTarget.value;
          at.value = 0;
        }}
        onKeyDown={(event) => {
          const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
          if (by !== undefined && finds.length > 0) {
            event.preventDefault();
            at.value = (at.value + by + finds.length) % finds.length;
          } else if (event.key === "Enter") {
            take(at.value);
          } else if (event.key === "Escape") {
            text.value = "";
            document.getElementById("graph")?.focus();
          }
        }}
      />
      <div id="finds" role="listbox" aria-label="Found" hidden={finds.length === 0}>
        {finds.map((found, index) => (
          <div
            key={found.name}
            id={`find-${index}`}
            role="option"
            aria-selected={index === at.value}
            tabIndex={-1}
            onMouseDown={(event) => {
              event.preventDefault();
              take(index);
            }}
          >
            {found.name}
          </div>
        ))}
      </div>
    </div>
  );
}

interface Found {
  name: string;
  node: number;
  edge: number | null;
}

function find(studio: ReturnType<typeof useStudio>, text: string): Found[] {
  const wanted = text.trim().toLowerCase();
  const scene = studio.scene.value;
  const found: Found[] = [];
  if (!wanted.includes("->")) {
    scene.nodes.forEach(({ name, parts }, node) => {
      const names = [name, ...parts].map((own) => own.toLowerCase());
      if (names.some((own) => own.includes(wanted))) found.push({ name, node, edge: null });
    });
    // Names that begin with what was typed come first, the shortest before the longer.
    const late = ({ name }: Found) => (name.toLowerCase().startsWith(wanted) ? 0 : 1);
    return found.sort((a, b) => late(a) - late(b) || a.name.length - b.name.length || a.node - b.node).slice(0, most);
  }
  for (let edge = 0; edge < studio.edges.count && found.length < most; edge++) {
    const name = studio.edges.name(edge);
    if (name.toLowerCase().includes(wanted)) found.push({ name, node: scene.from[edge]!, edge });
  }
  return found;
}
