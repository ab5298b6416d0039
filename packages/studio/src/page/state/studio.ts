import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import type { PageState, PromptChoice, RunChoice, RunRequest, Session } from "../../api/index.ts";
import type { StudioApi } from "../client/studio-api.ts";
import { bundleOf, drawnEdges, drawnOf } from "../graph/bundles.ts";
import { EdgeTable } from "../graph/edge-table.ts";
import { foldGroups, type Group } from "../graph/fold-groups.ts";
import type { Ranking } from "../graph/ranking.ts";
import type { Scene } from "../graph/scene.ts";
import { circuitEdges, type ShownEdges, shownEdges } from "../graph/shown-edges.ts";
import { hasLatents, type LatentChoice, noLatents, strongLatents } from "../graph/strong-latents.ts";
import { transformerScene } from "../graph/transformer-scene.ts";
import { ConnectionWatch } from "./connection.ts";
import { Discovery } from "./discovery.ts";
import { Evaluation } from "./evaluation.ts";
import { StateHistory } from "./history.ts";
import { keepChosen } from "./keep-chosen.ts";
import { LiveRun } from "./live-run.ts";
import { firstSize, openedWithout, readState } from "./page-state.ts";
import { Prompts } from "./prompts.ts";
import { ScoreSets } from "./score-sets.ts";

export type Tab = "run" | "edges" | "prompts" | "discover" | "keep";

/** All that the page knows: the session, its state, and what follows from them. */
export class Studio {
  readonly api: StudioApi;
  readonly session: Session;
  readonly edges: EdgeTable;
  readonly history: StateHistory;
  readonly scoreSets: ScoreSets;
  readonly prompts: Prompts;
  readonly connection: ConnectionWatch;
  readonly live: LiveRun;
  readonly evaluation: Evaluation;
  readonly discovery: Discovery;

  readonly ranking: ReadonlySignal<Ranking | null | undefined>;
  /** Edges of the circuit, those clicked included; undefined while scores are read. */
  readonly circuit: ReadonlySignal<Uint32Array | undefined>;
  readonly shown: ReadonlySignal<ShownEdges | undefined>;
  readonly ablated: ReadonlySignal<ReadonlySet<number>>;
  readonly choice: ReadonlySignal<RunChoice | null>;
  /** The picture: with every node of its own, and as it is drawn, with the folded groups as nodes. */
  readonly whole: ReadonlySignal<Scene>;
  readonly scene: ReadonlySignal<Scene>;
  /** Shown and ablated edges as they are drawn: one for each line. */
  readonly drawn: ReadonlySignal<ShownEdges | undefined>;
  readonly drawnAblated: ReadonlySignal<ReadonlySet<number>>;

  /** Node whose edges are listed, edge that a list points at, and the panel that is open. */
  readonly selected = signal<number | null>(null);
  readonly marked = signal<number | null>(null);
  readonly tab = signal<Tab>("run");
  /** Position of the output that is told of; null for the last. */
  readonly position = signal<number | null>(null);
  readonly notice = signal<string | null>(null);
  readonly dialog = signal<"keys" | "export" | null>(null);
  readonly #end: () => void;

  constructor(api: StudioApi, session: Session, state: PageState, onAnother: (session: Session) => void) {
    this.api = api;
    this.session = session;
    this.edges = new EdgeTable(session.graph);
    this.history = new StateHistory(
      state,
      (value) => readState(value, this.#known()),
      (notice) => {
        this.notice.value = notice;
      },
    );
    this.scoreSets = new ScoreSets(api, session.scoreSets);
    this.prompts = new Prompts(api, session.prompts.count);
    this.connection = new ConnectionWatch(api, session, (sets) => this.scoreSets.update(sets), onAnother);
    this.ablated = computed(() => new Set(this.state.ablated));
    this.ranking = computed(() => (this.state.scores === null ? null : this.scoreSets.ranking(this.state.scores)));
    const inputs = computed(() => {
      const { size, add, remove } = this.state;
      return JSON.stringify({ size, add, remove });
    });
    this.circuit = computed(() => {
      const ranking = this.ranking.value;
      if (ranking === undefined) return undefined;
      const { size, add, remove } = JSON.parse(inputs.value) as Pick<PageState, "size" | "add" | "remove">;
      return circuitEdges(this.edges.count, ranking, size, add, remove);
    });
    const overlay = computed(() => this.state.overlay);
    this.shown = computed(() => {
      const circuit = this.circuit.value;
      const over = overlay.value;
      if (circuit === undefined) return undefined;
      if (over === null) return shownEdges(circuit, null);
      const ranking = this.scoreSets.ranking(over);
      const set = this.scoreSets.find(over);
      if (!ranking || !set) return shownEdges(circuit, null);
      // A circuit has a size of its own; scores are laid over at the size of what they are compared with.
      return shownEdges(circuit, ranking.first(set.kind === "circuit" ? set.size : circuit.length));
    });
    this.choice = computed(() => {
      const { scores, size, add, remove, ablated, ablation, patch } = this.state;
      const set = this.scoreSets.find(scores);
      if (scores !== null && !set) return null;
      return { circuit: { scores, size: set ? (size ?? set.size) : null, add, remove }, ablated, ablation, patch };
    });
    const request = computed<RunRequest | null>(() => {
      const prompt = this.prompt;
      if (!this.choice.value || ("index" in prompt && session.prompts.count === 0)) return null;
      const position = this.position.value;
      return {
        ...this.choice.value,
        prompt,
        ...(position !== null && { position }),
      };
    });
    const connected = computed(() => this.connection.state.value === "there");
    this.live = new LiveRun(api, request, connected);
    this.evaluation = new Evaluation(api, this.choice);
    this.discovery = new Discovery(api, firstAlgorithm(session), (id) => this.#takeUp(id));
    const captions = computed(() => JSON.stringify(this.#captions()));
    const latents = hasLatents(this.edges) ? computed(() => JSON.stringify(this.#latents())) : null;
    this.whole = computed(() => {
      const own = latents ? (JSON.parse(latents.value) as LatentChoice) : noLatents;
      return transformerScene(this.edges, JSON.parse(captions.value) as string[], own, session.prompts.varyingTokens);
    });
    const folded = computed(() => JSON.stringify(this.state.groups.filter((group) => group.folded)));
    this.scene = computed(() => foldGroups(this.whole.value, JSON.parse(folded.value) as Group[]));
    this.drawn = computed(() => this.shown.value && drawnEdges(this.scene.value, this.shown.value));
    this.drawnAblated = computed(() => drawnOf(this.scene.value, this.ablated.value));
    const ends = [
      keepChosen(this.scene, this.selected),
      effect(() => this.#forgetRefusals(this.connection.returns.value)),
    ];
    this.#end = () => {
      for (const end of ends) end();
    };
  }

  get state(): PageState {
    return this.history.state.value;
  }

  /** The prompt that is run. */
  get prompt(): PromptChoice {
    const { prompt } = this.state;
    return typeof prompt === "number" ? { index: prompt } : prompt;
  }

  change(patch: Partial<PageState>, kind: string | null = null): void {
    this.history.change(patch, kind);
  }

  /** Ablates these edges, or takes that back where all of them are ablated. */
  toggle(edges: readonly number[]): void {
    if (edges.length === 0) return;
    const ablated = new Set(this.state.ablated);
    const all = edges.every((edge) => ablated.has(edge));
    for (const edge of edges) {
      if (all) ablated.delete(edge);
      else ablated.add(edge);
    }
    this.change({ ablated: sorted(ablated) });
  }

  /** A node of the picture by its name; a folded group for the nodes that are in it. */
  nodeNamed(name: string): number | null {
    const { nodes, folded } = this.scene.value;
    const own = nodes.findIndex((node) => node.name === name);
    if (own >= 0) return own;
    return [...folded].find((node) => nodes[node]!.parts.includes(name)) ?? null;
  }

  /** Shown edges that are drawn as one line with this one. */
  bundleOf(edge: number): number[] {
    return this.shown.value ? bundleOf(this.scene.value, this.shown.value, edge) : [edge];
  }

  /** Draws a group of nodes as one node, or its nodes again. */
  toggleFold(group: number): void {
    const { groups } = this.state;
    this.change({ groups: groups.map((own, at) => (at === group ? { ...own, folded: !own.folded } : own)) });
  }

  /** The group that a node of the picture is in, or stands for; -1 for none. */
  groupOfNode(node: number): number {
    const { name, kind, parts } = this.scene.value.nodes[node]!;
    const { groups } = this.state;
    if (kind !== "group") return groups.findIndex(({ nodes }) => nodes.includes(name));
    return groups.findIndex(({ nodes, folded }) => folded && parts.every((part) => nodes.includes(part)));
  }

  /** All edges that leave a node of the picture; those that enter it where it writes nothing. */
  edgesOfNode(node: number, { from, to } = this.scene.value): number[] {
    const out: number[] = [];
    const into: number[] = [];
    for (let edge = 0; edge < from.length; edge++) {
      if (from[edge] === node) out.push(edge);
      else if (to[edge] === node) into.push(edge);
    }
    return out.length > 0 ? out : into;
  }

  /** Puts an edge into the circuit, or takes it out. */
  toggleMember(edge: number): void {
    const { add, remove } = this.state;
    const inside = this.circuit.value?.includes(edge) ?? false;
    const without = (list: readonly number[]) => list.filter((other) => other !== edge);
    this.change(
      inside
        ? { add: without(add), remove: add.includes(edge) ? remove : sorted([...remove, edge]) }
        : { add: remove.includes(edge) ? add : sorted([...add, edge]), remove: without(remove) },
    );
  }

  /** Takes over a state from a file or an address, telling what of it there is not. */
  load(value: unknown): void {
    const { state, left } = readState(value, this.#known());
    this.change(state);
    this.notice.value = openedWithout(left);
  }

  async refreshScores(): Promise<void> {
    await this.scoreSets.refresh();
  }

  /** Shows scores that were just found. */
  async #takeUp(id: string): Promise<string | null> {
    const before = this.state.scores;
    await this.refreshScores();
    const set = this.scoreSets.find(id);
    if (set) this.change({ scores: id, size: firstSize(set), threshold: null, add: [], remove: [] });
    return before;
  }

  /** What was refused before the server was there again is of no interest any more. */
  #forgetRefusals(returns: number): void {
    if (returns === 0) return;
    this.prompts.again();
    this.scoreSets.again();
    this.evaluation.error.value = null;
    this.discovery.error.value = null;
  }

  stop(): void {
    this.#end();
    this.connection.stop();
    this.history.stop();
    this.live.stop();
    this.evaluation.stop();
    this.discovery.cancel();
  }

  /** The session with the score sets that are known by now. */
  #known(): Session {
    return { ...this.session, scoreSets: this.scoreSets?.list.peek() ?? this.session.scoreSets };
  }

  /** The latents that are drawn by themselves; of the whole graph, where no scores say which are strong, those that are named. */
  #latents(): LatentChoice {
    const ranking = this.ranking.value;
    const circuit = ranking && this.circuit.value;
    const { pinned, groups } = this.state;
    const names = [...pinned, ...groups.flatMap(({ nodes }) => nodes)].map((name) => name.replace(/ \[\d+\]$/, ""));
    return strongLatents(this.edges, circuit ?? nothing, ranking?.values ?? noScores, new Set(names));
  }

  #captions(): readonly string[] {
    const { prompts, graph } = this.session;
    if (graph.seqLen === null) return [];
    if (prompts.tokenLabels) return prompts.tokenLabels;
    const { prompt } = this.state;
    const row = typeof prompt === "number" ? this.prompts.row(prompt) : undefined;
    return (row?.clean ?? []).slice(0, graph.seqLen);
  }
}

const nothing = new Uint32Array();
const noScores = new Float32Array();

/** The algorithm that the form begins with: the one that takes no more than a few passes, if it is there. */
function firstAlgorithm({ algorithms }: Session): string {
  return (algorithms.find(({ name }) => name === "edge-attribution") ?? algorithms[0])?.name ?? "";
}

function sorted(edges: Iterable<number>): number[] {
  return [...edges].sort((a, b) => a - b);
}
