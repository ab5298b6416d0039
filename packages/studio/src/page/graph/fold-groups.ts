import { cell, type Scene, type SceneNode } from "./scene.ts";
import { boundsOf } from "./transformer-scene.ts";

/** Named nodes that are drawn as one. */
export interface Group {
  name: string;
  nodes: readonly string[];
}

/** Width of a letter in a box, about, in world units. */
const letter = 6.4;

/**
 * The same graph with each group in the place of its nodes: their edges are its edges. A node of several groups goes into the first; nodes
 * that the graph does not have are passed over, and a group of none is not drawn.
 */
export function foldGroups(scene: Scene, groups: readonly Group[]): Scene {
  const index = new Map(scene.nodes.map(({ name }, at) => [name, at]));
  const groupOf = new Map<number, number>();
  groups.forEach(({ nodes }, group) => {
    for (const name of nodes) {
      const node = index.get(name);
      if (node !== undefined && !groupOf.has(node)) groupOf.set(node, group);
    }
  });
  if (groupOf.size === 0) return scene;
  const nodes: SceneNode[] = [];
  const placeOf = new Uint32Array(scene.nodes.length);
  scene.nodes.forEach((node, at) => {
    if (groupOf.has(at)) return;
    placeOf[at] = nodes.length;
    nodes.push(node);
  });
  const names = new Set(nodes.map(({ name }) => name));
  const folded = new Set<number>();
  groups.forEach((group, number) => {
    const members = [...groupOf].flatMap(([node, own]) => (own === number ? [node] : []));
    if (members.length === 0) return;
    for (const node of members) placeOf[node] = nodes.length;
    folded.add(nodes.length);
    const name = unlike(names, group.name);
    names.add(name);
    nodes.push(
      groupNode(
        name,
        members.map((node) => scene.nodes[node]!),
        scene.columnWidth,
      ),
    );
  });
  const from = scene.from.map((node) => placeOf[node]!);
  const to = scene.to.map((node) => placeOf[node]!);
  // Into a group all edges come at one place.
  const port = scene.port.map((own, edge) => (folded.has(to[edge]!) ? 0 : own));
  const groupBounds = boundsOf([...folded].map((node) => nodes[node]!));
  return { ...scene, nodes, from, to, port, folded, bounds: united(scene.bounds, groupBounds) };
}

/** A group's box, where that of its nodes lies that is nearest to the middle of them all: there is room. */
function groupNode(name: string, members: readonly SceneNode[], columnWidth: number): SceneNode {
  const mean = (of: (node: SceneNode) => number) => members.reduce((sum, node) => sum + of(node), 0) / members.length;
  const [x, y] = [mean((node) => node.x), mean((node) => node.y)];
  const distance = (node: SceneNode) => Math.hypot(node.x - x, node.y - y);
  const middle = members.reduce((best, node) => (distance(node) < distance(best) ? node : best));
  const most = Math.max(cell.node + 4, columnWidth - 6);
  const width = Math.min(most, Math.max(cell.node + 4, name.length * letter + 10));
  const room = Math.floor((width - 6) / letter);
  return {
    ...{ name, label: name.length > room ? `${name.slice(0, room - 1)}…` : name, kind: "group" },
    ...{ x: middle.x, y: middle.y, width, height: cell.nodeHeight },
    parts: members.map((node) => node.name),
    ports: [],
  };
}

function united(a: Scene["bounds"], b: Scene["bounds"]): Scene["bounds"] {
  return {
    ...{ left: Math.min(a.left, b.left), right: Math.max(a.right, b.right) },
    ...{ top: Math.min(a.top, b.top), bottom: Math.max(a.bottom, b.bottom) },
  };
}

/** A name that no other node has. */
function unlike(names: ReadonlySet<string>, name: string): string {
  let own = name;
  for (let number = 2; names.has(own); number++) own = `${name} (${number})`;
  return own;
}
