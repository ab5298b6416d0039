import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { AttributionScene } from "../graph/attribution-scene.ts";
import { GraphView } from "../graph/graph-view.ts";
import { Ranking } from "../graph/ranking.ts";
import { shownEdges } from "../graph/shown-edges.ts";
import { counted, figure } from "../ui/numbers.ts";
import { useSize } from "../ui/use-size.ts";

/** A list of more nodes than these helps nobody. */
const mostListed = 5000;

const nothing: ReadonlySet<never> = new Set();

/**
 * A graph of another tool: its links by weight, its nodes on click.
 *
 * @param children - what else stands in the line of its title
 */
export function AttributionView({
  graph,
  dark,
  children,
}: {
  graph: AttributionScene;
  dark: boolean;
  children: ComponentChildren;
}) {
  const area = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const view = useRef<GraphView | null>(null);
  const moved = useRef(false);
  const selected = useSignal<number | null>(null);
  const ranking = useMemo(() => new Ranking(graph.weights), [graph]);
  const size = useSignal(Math.min(ranking.ranked, 2000));
  const shown = useMemo(() => shownEdges(ranking.first(size.value), null), [ranking, size.value]);

  useEffect(() => {
    const own = new GraphView(canvas.current!, () => {
      moved.current = true;
    });
    view.current = own;
    own.resize(area.current!.clientWidth, area.current!.clientHeight);
    return () => own.destroy();
  }, []);
  useSize(area, (width, height) => {
    view.current!.resize(width, height);
    if (!moved.current && view.current!.scene) view.current!.begin(view.current!.fitted());
  });
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
    <>
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
        {graph.scene.nodes.length <= mostListed && (
          <select
            aria-label="Node"
            value={node ?? ""}
            onChange={(event) => {
              const { value } = event.currentTarget;
              selected.value = value === "" ? null : Number(value);
            }}
          >
            <option value="">no node</option>
            {graph.scene.nodes.map(({ name }, index) => (
              <option key={name} value={index}>
                {name}
              </option>
            ))}
          </select>
        )}
        {children}
      </div>
      {graph.prompt !== "" && <p class="prompt soft">{graph.prompt}</p>}
      <div class="attribution-area" ref={area}>
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
    </>
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
