import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { AttributionScene } from "../graph/attribution-scene.ts";
import { GraphView } from "../graph/graph-view.ts";
import { Ranking } from "../graph/ranking.ts";
import { shownEdges } from "../graph/shown-edges.ts";
import { isDark } from "../state/dark.ts";
import { counted, figure } from "../ui/numbers.ts";
import { useStudio } from "../ui/studio-context.ts";

const nothing: ReadonlySet<never> = new Set();

/** A graph of another tool over the whole page: its links by weight, its nodes on click. */
export function AttributionDialog({ graph, onClose }: { graph: AttributionScene; onClose: () => void }) {
  const studio = useStudio();
  const dialog = useRef<HTMLDialogElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const view = useRef<GraphView | null>(null);
  const selected = useSignal<number | null>(null);
  const ranking = useMemo(() => new Ranking(graph.weights), [graph]);
  const size = useSignal(Math.min(ranking.ranked, 2000));
  const shown = useMemo(() => shownEdges(ranking.first(size.value), null), [ranking, size.value]);
  const dark = isDark(studio.state.dark);

  useEffect(() => {
    dialog.current!.showModal();
    const own = new GraphView(canvas.current!, () => {});
    view.current = own;
    const { clientWidth, clientHeight } = canvas.current!.parentElement!;
    own.resize(clientWidth, clientHeight);
    return () => own.destroy();
  }, []);
  useEffect(() => {
    const first = view.current!.scene === null;
    view.current!.show(
      {
        ...{ scene: graph.scene, shown, ablated: nothing, pinned: graph.pinned },
        ...{ selected: selected.value, marked: null, focused: false },
      },
      dark,
    );
    if (first) view.current!.begin(view.current!.fitted());
  }, [graph, shown, selected.value, dark]);

  const drag = useRef<[number, number] | null>(null);
  const at = (event: MouseEvent): [number, number] => {
    const { left, top } = canvas.current!.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  };
  const node = selected.value;
  return (
    <dialog ref={dialog} class="attribution" aria-label={graph.title} onClose={onClose}>
      <div class="line">
        <h2>{graph.title}</h2>
        <label class="inline">
          <span class="soft">links</span>
          <input
            type="range"
            min={0}
            max={ranking.ranked}
            value={size.value}
            aria-valuetext={counted(size.value, "link")}
            onInput={(event) => {
              size.value = event.currentTarget.valueAsNumber;
            }}
          />
          <span class="soft">
            {counted(shown.edges.length, "link")} of {counted(graph.weights.length + graph.linksLeftOut, "link")}
          </span>
        </label>
        <form method="dialog">
          <button type="submit">Close</button>
        </form>
      </div>
      {graph.prompt !== "" && <p class="prompt soft">{graph.prompt}</p>}
      <div class="attribution-area">
        <canvas
          ref={canvas}
          role="img"
          aria-label={`${counted(graph.scene.nodes.length, "node")}, ${counted(graph.weights.length, "link")}`}
          onPointerDown={(event) => {
            drag.current = at(event);
          }}
          onPointerMove={(event) => {
            const [x, y] = at(event);
            if (drag.current && event.buttons > 0) {
              view.current!.pan(x - drag.current[0], y - drag.current[1]);
              drag.current = [x, y];
            } else {
              view.current!.hover(view.current!.hitAt(x, y));
            }
          }}
          onClick={(event) => {
            selected.value = view.current!.hitAt(...at(event))?.node ?? selected.value;
          }}
          onWheel={(event) => {
            event.preventDefault();
            view.current!.zoom(Math.exp(-event.deltaY * 0.0016), ...at(event));
          }}
        />
      </div>
      {node !== null && <NodeLinks graph={graph} node={node} onChoose={(next) => (selected.value = next)} />}
    </dialog>
  );
}

/** The strongest links of a node, as buttons that lead to their other end. */
function NodeLinks({
  graph,
  node,
  onChoose,
}: {
  graph: AttributionScene;
  node: number;
  onChoose: (node: number) => void;
}) {
  const { from, to, nodes } = graph.scene;
  const links: number[] = [];
  for (let i = 0; i < from.length; i++) if (from[i] === node || to[i] === node) links.push(i);
  links.sort((a, b) => Math.abs(graph.weights[b]!) - Math.abs(graph.weights[a]!));
  return (
    <div class="attribution-node">
      <p>
        <b>{nodes[node]!.name}</b> <span class="soft">{graph.about[node]}</span>
      </p>
      <ul class="chips plain-chips">
        {links.slice(0, 16).map((link) => {
          const other = to[link] === node ? from[link]! : to[link]!;
          return (
            <li key={link}>
              <button type="button" title={graph.about[other]} onClick={() => onChoose(other)}>
                {to[link] === node ? "from" : "to"} {nodes[other]!.name} {figure(graph.weights[link])}
              </button>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
