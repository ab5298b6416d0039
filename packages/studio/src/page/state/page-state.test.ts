import { describe, expect, it } from "vitest";
import type { PageState, Session } from "../../api/index.ts";
import { decodeState, encodeState } from "./address.ts";
import { firstState, openedWithout, readState } from "./page-state.ts";

const session = {
  graph: { edgeCount: 100 },
  prompts: { count: 10 },
  scoreSets: [
    { id: "s1", name: "known", kind: "circuit", origin: "", rank: "absolute", size: 7, isKnownCircuit: true },
    { id: "s2", name: "found", kind: "scores", origin: "", rank: "absolute", size: 90, isKnownCircuit: false },
  ],
  ablations: ["resample", "zero"],
  defaultAblation: "resample",
  patchTypes: ["tree", "edge"],
} as unknown as Session;

const state: PageState = {
  ...firstState(session),
  ablated: [3, 4, 5, 99],
  add: [7],
  remove: [1],
  ablation: "zero",
  patch: "edge",
  prompt: { clean: "a\u0000<b>", corrupt: "ü" },
  pinned: ["A0.1"],
  groups: [{ name: "movers", nodes: ["A0.1", "MLP 2"], folded: true }],
  notes: { "A0.1": "copies" },
  view: { x: -4.5, y: 2, zoom: 0.5 },
  dark: true,
};

describe("a state in an address", () => {
  it("comes back as it was", async () => {
    const text = await encodeState(state);
    expect(text).toMatch(/^s1\.[A-Za-z0-9_-]+$/);
    expect(readState(await decodeState(`#${text}`), session)).toEqual({ state, left: [] });
  });

  it("is short for many edges that follow each other", async () => {
    const many = { ...state, ablated: Array.from({ length: 5000 }, (_, edge) => 20_000 + edge) };
    expect((await encodeState(many)).length).toBeLessThan(600);
  });

  it("is refused where it is damaged, and where it unfolds without end", async () => {
    await expect(decodeState("#s1.AAAA")).rejects.toThrow();
    await expect(decodeState("#s1.!")).rejects.toThrow("it is cut off");
    const zeros = new Blob([`"${"0".repeat(20 << 20)}"`]).stream().pipeThrough(new CompressionStream("deflate-raw"));
    const bytes = Buffer.from(await new Response(zeros).arrayBuffer()).toString("base64url");
    await expect(decodeState(`#s1.${bytes}`)).rejects.toThrow("too large");
    expect(await decodeState("#elsewhere")).toBeNull();
  });
});

describe("a state that is read", () => {
  it("is left without what the session does not have, and says so", () => {
    const { state: read, left } = readState(
      { ...state, scores: "s9", ablated: [1, 100, -1, 2.5, "3"], ablation: "cosmic", prompt: 4000, size: 1e9 },
      session,
    );
    expect(read).toMatchObject({ scores: null, ablated: [1], ablation: "resample", prompt: 9, size: 100 });
    expect(left).toHaveLength(5);
    expect(left).toContain("the size 1000000000, of which 100 is left");
    expect(openedWithout(left)).toMatch(/^Opened without the score set "s9".*; prompt 4001, of which there are 10\.$/);
  });

  it("is refused where it is none", () => {
    for (const value of [null, 3, [], "x", {}, { version: 2 }]) expect(() => readState(value, session)).toThrow();
    expect(() => readState({ ...state, ablated: "all" }, session)).toThrow("list");
  });

  it("takes nothing of another kind for what it should be", () => {
    const wrong = { pinned: [1, {}], groups: [{}, 3], notes: { a: 1 }, view: { x: "1" }, dark: "yes", prompt: {} };
    const { state: read } = readState({ ...state, ...wrong }, session);
    expect(read).toMatchObject({ pinned: [], groups: [], notes: {}, view: null, dark: null, prompt: 0 });
  });
});

describe("where a page begins", () => {
  it("is what was found, laid over what is known", () => {
    expect(firstState(session)).toMatchObject({ scores: "s2", overlay: "s1", size: 90 });
    expect(firstState({ ...session, scoreSets: [] })).toMatchObject({ scores: null, overlay: null, size: null });
  });
});
