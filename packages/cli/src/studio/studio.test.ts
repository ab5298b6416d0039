import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { LESS_THEIR_MEAN } from "@autocircuit/base";
import type { AttributionGraph, GraphSession, PromptList, ScoreSet, Session } from "@autocircuit/studio";
import { afterAll, describe, expect, it, vi } from "vitest";
import { autoencoderFolder } from "../../../circuits/test/autoencoder-folder.ts";
import { run, smallGpt2 } from "../../test/run-program.ts";
import { runProgram } from "../program.ts";
import { openerOf } from "./open-browser.ts";

const folder = mkdtempSync(join(tmpdir(), "cli-studio-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
const write = (name: string, json: unknown) => {
  writeFileSync(at(name), JSON.stringify(json));
  return at(name);
};

/** Starts the command, asks while it serves, and stops it as Ctrl-C does. */
async function served<T>(args: readonly string[], ask: (get: <A>(path: string) => Promise<A>) => Promise<T>) {
  const abort = new AbortController();
  let [out, err] = ["", ""];
  let found = (_: string) => {};
  const address = new Promise<string>((resolve) => {
    found = resolve;
  });
  const output = {
    out: (text: string) => {
      out += text;
      const [url] = /http:\S+/.exec(out) ?? [];
      if (url !== undefined) found(url);
    },
    err: (text: string) => {
      err += text;
    },
  };
  const code = runProgram(["studio", ...args, "--no-open"], abort.signal, output);
  const url = await Promise.race([address, code.then((code) => Promise.reject(new Error(`${code}: ${err}`)))]);
  const result = await ask(async <A>(path: string) => (await (await fetch(new URL(path, url))).json()) as A);
  abort.abort();
  return { code: await code, out, url, result };
}

describe("studio", () => {
  it("serves a compiled task with its known circuits, scores made at the start and words for tokens, until it is stopped", async () => {
    const { code, out, url, result } = await served(["tracr-reverse"], async (get) => ({
      session: await get<Session>("api/session"),
      prompts: await get<PromptList>("api/prompts?count=1"),
    }));
    expect(code).toBe(0);
    expect(out).toMatch(/studio: http:\/\/127\.0\.0\.1:\d+\/[\w-]{22}\/\nCtrl-C ends it\.\nstudio: closed\.\n$/);
    const { session, prompts } = result;
    expect(session).toMatchObject({
      title: "tracr-reverse",
      model: null,
      tokenizer: false,
      savesTo: null,
      logits: null,
    });
    expect(session.graph.edgeCount).toBe(77);
    expect(session.scoreSets.map(({ name, kind, isKnownCircuit: known }) => [name, kind, known])).toEqual([
      ["edge attribution", "scores", false],
      ["autocircuit", "circuit", true],
      ["acdc", "circuit", true],
      ["compiler", "circuit", true],
    ]);
    expect(prompts.prompts[0]!.clean[0]).toBe("BOS");
    await expect(fetch(url)).rejects.toThrow();
  });

  it("by token, with positions in words", async () => {
    const { result } = await served(["tracr-reverse", "--by-token"], (get) => get<Session>("api/session"));
    expect(result.graph.seqLen).toBe(6);
    expect(result.prompts.tokenLabels).toEqual(["BOS", "1", "2", "3", "4", "5"]);
  });

  it("takes a model and prompts of one's own, scores, circuits and a graph", async () => {
    const prompts = Array.from({ length: 8 }, (_, i) => ({
      ...{ clean: [1, 2, 3 + i], corrupt: [4, 5, 6 + i], answers: [i], wrong_answers: [i + 1] },
    }));
    const own = ["--model", smallGpt2, "--prompts", write("prompts.json", { prompts })];
    const edges = write("edges.json", ["Resid Start->A0.0.Q", "MLP 0->Resid End"]);
    const graph = { metadata: { slug: "g", prompt_tokens: ["a"], prompt: "a" }, nodes: [], links: [] };
    const first = await served(own, (get) => get<ScoreSet[]>("api/score-sets"));
    expect(first.result.map(({ name }) => name)).toEqual(["edge attribution"]);
    expect((await run(["discover", ...own, "--size", "3", "--curve", "none", "--out", at("found")])).code).toBe(0);
    const scores = join(at("found"), "scores.safetensors");
    const given = [
      "--scores",
      scores,
      "--circuit",
      edges,
      "--attribution-graph",
      write("graph.json", graph),
      "--out",
      at("kept"),
    ];
    const { result } = await served([...own, ...given], (get) => get<Session>("api/session"));
    expect(result.scoreSets.map(({ name, kind }) => [name, kind])).toEqual([
      ["scores.safetensors", "scores"],
      ["edges.json", "circuit"],
    ]);
    expect(result).toMatchObject({ attributionGraph: "g", savesTo: at("kept"), logits: LESS_THEIR_MEAN });
    const stored = await served([...own, "--processing", "none"], (get) => get<Session>("api/session"));
    expect(stored.result.logits).toBeNull();
    expect(result.scoreSets[1]!.size).toBe(2);
  });

  it("keeps the latents that scores were found with", async () => {
    using made = await autoencoderFolder({ layers: 2, width: 32, latents: 12 });
    const prompts = Array.from({ length: 8 }, (_, i) => ({
      ...{ clean: [1, 2, 3 + i], corrupt: [4, 5, 6 + i], answers: [i], wrong_answers: [i + 1] },
    }));
    const own = ["--model", smallGpt2, "--prompts", write("pairs.json", { prompts }), "--autoencoders", made.folder];
    const pruning = ["--prune-latents", "--max-latents", "3", "--no-autoencoder-errors", "--seed", "5"];
    const how = ["--algorithm", "edge-attribution", "--size", "3", "--bootstrap", "0", "--curve", "none"];
    const files = ["--out", at("latents"), "--json", at("latents.json")];
    expect((await run(["discover", ...own, ...pruning, ...how, ...files])).code).toBe(0);
    const scores = join(at("latents"), "scores.safetensors");
    for (const given of [
      ["--scores", scores],
      ["--circuit", at("latents.json")],
      ["--circuit", at("latents.json"), "--keep-latents", scores],
    ]) {
      const { out, result } = await served([...own, ...given], (get) => get<Session>("api/session"));
      expect(out).toContain(`latents kept as ${given.at(-1)} says: 3, 3; nothing was pruned anew`);
      expect(result.scoreSets.at(-1)!.name).toBe(given[0] === "--scores" ? "scores.safetensors" : "latents.json");
    }
    const { code, err } = await run(["studio", ...own, "--scores", scores, "--no-prune-latents", "--no-open"]);
    expect([code, err]).toEqual([2, expect.stringContaining("holds scores of another graph")]);
  });

  it("opens a graph of circuit-tracer without a model", async () => {
    const node = { node_id: "E_1_0", layer: "E", ctx_idx: 0, feature_type: "embedding" };
    const file = { metadata: { slug: "g", prompt_tokens: ["a"], prompt: "a" }, nodes: [node], links: [] };
    const graph = write("alone.json", file);
    const { code, result } = await served(["--attribution-graph", graph], async (get) => ({
      session: await get<GraphSession>("api/session"),
      graph: await get<AttributionGraph>("api/attribution-graph"),
      run: await get<{ code: string }>("api/score-sets"),
    }));
    expect(code).toBe(0);
    expect(result).toMatchObject({
      session: { title: "g", graph: null },
      graph: { title: "g", nodes: [{ id: "E_1_0" }] },
      run: { code: "not-found" },
    });
    const { err } = await run([
      "studio",
      "--attribution-graph",
      graph,
      "--scores",
      "a.safetensors",
      "--by-token",
      "--no-open",
    ]);
    expect(err).toMatch(/--scores, --by-token: there is no model/);
    expect((await run(["studio", "--attribution-graph", write("bad.json", {}), "--no-open"])).err).toMatch(
      /bad\.json: no graph of/,
    );
  });

  it.each([
    [["tracr-nothing"], /There is no task "tracr-nothing"/],
    [[], /Say what to open: a task .*, --model .*, or --attribution-graph FILE alone/],
    [["tracr-reverse", "--port", "70000"], /ports go up to 65535/],
    [["tracr-reverse", "--port", "x"], /whole number/],
    [["tracr-reverse", "--out", fileURLToPath(import.meta.url)], /not a folder that may be written to/],
    [["tracr-reverse", "--scores", "none.safetensors"], /none\.safetensors/],
    [["tracr-reverse", "--attribution-graph", "none.json"], /none\.json: does not exist/],
  ])("refuses %j in one line", async (args, says) => {
    const { code, err } = await run(["studio", ...args, "--no-open"]);
    expect(code).toBe(2);
    expect(err).toMatch(says);
  });

  it("asks for the model of what it is given, where a task's own is not there", async () => {
    vi.stubEnv("HF_HUB_CACHE", at("no-models"));
    const circuit = { task: "ioi-component", circuit: [{ edge: "MLP 0->Resid End", token: null }] };
    const [own, other] = [write("of-gpt2.json", circuit), write("of-words.json", { ...circuit, model: "words" })];
    const opened = (...files: string[]) =>
      run(["studio", "ioi-component", ...files.flatMap((file) => ["--circuit", file]), "--no-open"]);
    const [without, both] = [await opened(own), await opened(own, other)];
    vi.unstubAllEnvs();
    expect([without.code, without.err]).toEqual([2, expect.stringContaining("ioi-component needs GPT-2 small")]);
    expect([both.code, both.err]).toEqual([
      2,
      expect.stringContaining(`${other} was found with words: give --model with the path of that model.`),
    ]);
  });

  it("opens a browser where there is a display", () => {
    expect(openerOf("linux", {})).toBeUndefined();
    expect(openerOf("linux", { DISPLAY: ":0" })).toEqual(["xdg-open"]);
    expect(openerOf("linux", { WAYLAND_DISPLAY: "w" })).toEqual(["xdg-open"]);
    expect(openerOf("darwin", {})).toEqual(["open"]);
  });
});
