import { effect, type ReadonlySignal, type Signal } from "@preact/signals";
import type { Scene } from "../graph/scene.ts";

/** Where nodes get other numbers, the chosen one stays so: it, the group that it is in now, or the first of the group that it was. */
export function keepChosen(scene: ReadonlySignal<Scene>, selected: Signal<number | null>): () => void {
  let before = scene.peek();
  return effect(() => {
    const { nodes } = scene.value;
    const chosen = selected.peek();
    const node = chosen === null || scene.value === before ? undefined : before.nodes[chosen];
    before = scene.value;
    if (!node) return;
    const found = [
      nodes.findIndex(({ name }) => name === node.name),
      nodes.findIndex(({ parts }) => parts.includes(node.name)),
      nodes.findIndex(({ name }) => node.kind === "group" && node.parts.includes(name)),
    ];
    selected.value = found.find((at) => at >= 0) ?? null;
  });
}
