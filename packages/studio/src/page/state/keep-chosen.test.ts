import { signal } from "@preact/signals";
import { describe, expect, it } from "vitest";
import type { Scene, SceneNode } from "../graph/scene.ts";
import { keepChosen } from "./keep-chosen.ts";

const node = (name: string, kind: SceneNode["kind"] = "head", parts = [name]) => ({ name, kind, parts });
const scene = (...nodes: object[]) => ({ nodes }) as unknown as Scene;

describe("the chosen node", () => {
  it("stays chosen where nodes get other numbers: in its group while that is folded, as one of its nodes after", () => {
    const [a, b, c] = ["A0.0", "A0.1", "A0.2"].map((name) => node(name));
    const shown = signal(scene(a!, b!, c!));
    const selected = signal<number | null>(2);
    const end = keepChosen(shown, selected);
    shown.value = scene(c!, b!, a!);
    expect(selected.value).toBe(0);
    shown.value = scene(b!, node("movers", "group", ["A0.0", "A0.2"]));
    expect(selected.value).toBe(1);
    shown.value = scene(a!, b!, c!);
    expect(selected.value).toBe(0);
    shown.value = scene(b!);
    expect(selected.value).toBeNull();
    shown.value = scene(a!, b!);
    expect(selected.value).toBeNull();
    end();
  });
});
