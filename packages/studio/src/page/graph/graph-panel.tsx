import { useComputed, useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { isDark } from "../state/dark.ts";
import { counted, figure } from "../ui/numbers.ts";
import { useStudio } from "../ui/studio-context.ts";
import { useSize } from "../ui/use-size.ts";
import { isInner } from "./bundles.ts";
import { GraphKey } from "./graph-key.tsx";
import { GraphTools } from "./graph-tools.tsx";
import { GraphView } from "./graph-view.ts";
import type { Hit } from "./paint-overlay.ts";
import { attachPointer } from "./pointer.ts";
import { SizeBar } from "./size-bar.tsx";

/** The picture of the graph with all that belongs to it. */
export function GraphPanel({ onView }: { onView: (view: GraphView) => void }) {
  const studio = useStudio();
  const frame = useRef<HTMLElement>(null);
  const area = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const view = useRef<GraphView | null>(null);
  const hover = useSignal<{ hit: Hit; x: number; y: number } | null>(null);
  const focused = useSignal(false);
  // A set of its own only when pins change: the picture is painted anew for another one.
  const pins = useComputed(() => studio.state.pinned);
  const pinned = useComputed(() => new Set(pins.value));
  const theme = useComputed(() => isDark(studio.state.dark));

  useEffect(() => {
    const own = new GraphView(canvas.current!, (camera) => studio.history.adjust({ view: camera }));
    view.current = own;
    onView(own);
    own.resize(area.current!.clientWidth, area.current!.clientHeight);
    const detach = attachPointer(canvas.current!, own, studio, (hit, x, y) => {
      hover.value = hit ? { hit, x, y } : null;
    });
    return () => {
      detach();
      own.destroy();
    };
  }, [studio, onView, hover]);

  useSize(area, (width, height) => {
    const own = view.current;
    if (!own) return;
    own.resize(width, height);
    if (studio.state.view === null) own.begin(own.fitted());
  });

  useSignalEffect(() => {
    const shown = studio.drawn.value;
    const own = view.current;
    if (!shown || !own) return;
    const scene = studio.scene.value;
    const marked = studio.marked.value;
    const first = own.scene !== scene;
    own.show(
      {
        scene,
        shown,
        ablated: studio.drawnAblated.value,
        selected: studio.selected.value,
        marked: marked === null || isInner(scene, marked) ? null : marked,
        focused: focused.value,
        pinned: pinned.value,
      },
      theme.value,
    );
    if (!first) return;
    const kept = studio.history.state.peek().view;
    own.begin(kept ?? own.fitted());
  });

  const shown = studio.shown.value;
  const selected = studio.selected.value;
  const name = selected === null ? null : studio.scene.value.nodes[selected]?.name;
  const over = hover.value;
  return (
    <section class="graph" aria-label="Graph" ref={frame}>
      <div class="graph-area" ref={area}>
        <div
          class="graph-focus"
          id="graph"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys move between the nodes in it
          tabIndex={0}
          role="application"
          aria-label={`Graph of ${counted(studio.edges.count, "edge")}. Arrow keys move between nodes, Enter ablates the chosen node's edges, question mark shows all keys. The panel Edges lists the same in words.`}
          onFocus={() => {
            focused.value = true;
          }}
          onBlur={() => {
            focused.value = false;
          }}
        >
          <canvas ref={canvas} />
        </div>
        <div class="sr-only" aria-live="polite">
          {name ? `${name}, ${counted(countOf(studio, selected!), "edge")} shown` : ""}
        </div>
        {!shown && <p class="graph-wait">Reading scores …</p>}
        {shown?.edges.length === 0 && (
          <p class="graph-wait">No edge is in the circuit. Move the size up, or choose other scores.</p>
        )}
        {over && <Tip hit={over.hit} x={over.x} y={over.y} width={area.current?.clientWidth ?? 0} />}
        <GraphKey />
        <GraphTools view={() => view.current} frame={() => frame.current} />
      </div>
      <SizeBar />
    </section>
  );
}

function countOf(studio: ReturnType<typeof useStudio>, node: number): number {
  const { from, to } = studio.scene.value;
  let found = 0;
  for (const edge of studio.shown.value?.edges ?? []) if (from[edge] === node || to[edge] === node) found++;
  return found;
}

/** What is under the pointer, in words. */
function Tip({ hit, x, y, width }: { hit: Hit; x: number; y: number; width: number }) {
  const studio = useStudio();
  const { edge, node } = hit;
  const left = Math.min(x + 14, Math.max(0, width - 236));
  const place = { transform: `translate(${Math.round(left)}px, ${Math.round(Math.max(4, y - 44))}px)` };
  if (edge === undefined) {
    const { name, parts } = studio.scene.value.nodes[node]!;
    const note = studio.state.notes[name];
    const group = studio.state.groups.find((own) => own.nodes.includes(name));
    return (
      <div class="tip" style={place}>
        <b>{name}</b>
        {parts.length > 1 && parts.length < 6 && <span class="soft">{parts.join(", ")}</span>}
        <span class="soft">{counted(countOf(studio, node), "shown edge")}</span>
        {group && <span class="soft">in {group.name}</span>}
        {note && <span class="note">{note}</span>}
      </div>
    );
  }
  const bundle = studio.bundleOf(edge);
  if (bundle.length > 1) return <BundleTip edges={bundle} place={place} />;
  const ranking = studio.ranking.value;
  const isScored = ranking && studio.scoreSets.find(studio.state.scores)?.kind === "scores";
  return (
    <div class="tip" style={place}>
      <b>{studio.edges.name(edge)}</b>
      {isScored && <span class="soft">score {figure(ranking.values[edge])}</span>}
      <span class="soft">{studio.ablated.value.has(edge) ? "ablated – click to restore" : "click to ablate"}</span>
    </div>
  );
}

/** What one line that stands for several edges is. */
function BundleTip({ edges, place }: { edges: readonly number[]; place: { transform: string } }) {
  const studio = useStudio();
  const { nodes, from, to } = studio.scene.value;
  const [edge] = edges as [number];
  const ablated = edges.filter((own) => studio.ablated.value.has(own)).length;
  return (
    <div class="tip" style={place}>
      <b>
        {nodes[from[edge]!]!.name} → {nodes[to[edge]!]!.name}
      </b>
      <span class="soft">
        {counted(edges.length, "edge")}, {ablated === 0 ? "none" : ablated} ablated
      </span>
      <span class="soft">click to {ablated === edges.length ? "restore" : "ablate"} them all</span>
    </div>
  );
}
