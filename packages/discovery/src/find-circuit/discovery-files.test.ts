import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LoadedTask } from "@autocircuit/core";
import { afterAll, expect, it } from "vitest";
import { randomTask } from "../../test/random-model.ts";
import { discoveryAsked } from "./discovery-asked.ts";
import { DiscoveryFiles } from "./discovery-files.ts";
import { findCircuit } from "./find-circuit.ts";

const folder = mkdtempSync(join(tmpdir(), "discovery-files-"));
afterAll(() => rmSync(folder, { recursive: true }));

const { model, prompts } = randomTask({ seed: 4, promptCount: 6 });
const definition = { key: "random", name: "random", batchSize: 2, batchCount: 2, model, prompts: { prompts: [] } };
const parts = { model, train: prompts, test: prompts, knownEdges: null, sharedPrefix: null };
const task = new LoadedTask(definition, parts, () => undefined);

it("a discovery that was stopped goes on from its files to the same circuit, and leaves none", async () => {
  const how = { algorithm: "subnetwork-probing", size: 7, options: { epochs: 4 } } as const;
  const asked = discoveryAsked(task, how);
  const whole = await findCircuit(task, how);

  const first = new DiscoveryFiles(join(folder, "probing"), { info: { task: "random" } });
  expect([first.exist, await first.read(model.graph, asked)]).toEqual([false, undefined]);
  const abort = new AbortController();
  const stopped = findCircuit(task, {
    ...{ ...how, signal: abort.signal },
    onChange: (soFar) => expect(first.save(soFar)).toBe(true),
    onProgress: ({ done }) => done >= 2 && abort.abort(),
  });
  await expect(stopped).rejects.toMatchObject({ code: "aborted" });
  expect(readdirSync(first.folder)).toEqual(["search.json"]);

  const files = new DiscoveryFiles(first.folder);
  expect([files.savedInfo(), new DiscoveryFiles(join(folder, "none")).savedInfo()]).toEqual([{ task: "random" }, {}]);
  const resume = await files.read(model.graph, asked);
  expect(resume).toMatchObject({ asked: JSON.parse(JSON.stringify(asked)), search: { algorithm: how.algorithm } });
  const found = await findCircuit(task, { ...how, resume, onChange: (soFar) => files.save(soFar) });
  expect(found.circuit.indices).toEqual(whole.circuit.indices);
  expect(found.scores.values).toEqual(whole.scores.values);
  expect(files.rankings).toEqual([
    { algorithm: how.algorithm, seconds: expect.any(Number), file: "scores-subnetwork-probing.safetensors" },
  ]);

  const again = await new DiscoveryFiles(first.folder).read(model.graph, asked);
  expect(again!.rankings![0]!.scores.values).toEqual(whole.scores.values);
  files.remove();
  expect(readdirSync(first.folder)).toEqual([]);
});

it("keeps what is a result too", async () => {
  const files = new DiscoveryFiles(join(folder, "results"));
  await findCircuit(task, { algorithm: "random", size: 3, onChange: (soFar) => files.save(soFar) });
  files.remove([join(files.folder, files.rankings[0]!.file)]);
  expect(readdirSync(files.folder)).toEqual(["scores-random.safetensors"]);
});

it("refuses what was asked for otherwise, and files that are something else", async () => {
  const files = new DiscoveryFiles(join(folder, "other"));
  const how = { algorithm: "random", size: 3 } as const;
  await findCircuit(task, { ...how, onChange: (soFar) => files.save(soFar) });
  const read = (more: object = {}) => files.read(model.graph, { ...discoveryAsked(task, how), ...more });
  expect(await read()).toMatchObject({ rankings: [{ algorithm: "random" }] });
  await expect(read({ seed: 3 })).rejects.toMatchObject({
    code: "bad-input",
    message: expect.stringMatching(/search\.json is of a run with another seed \(0 then, 3 now\)\. .*`resume`/),
  });
  // What the caller knows besides is compared too.
  await expect(read({ weights: "abc" })).rejects.toThrow(/another model \(its weights or configuration\)/);
  const { asked } = JSON.parse(readFileSync(files.path, "utf8"));
  for (const [text, says] of [
    ["{", /search\.json: it is not JSON/],
    ["[]", /is not what a stopped discovery leaves/],
    [
      JSON.stringify({ asked, rankings: [{ algorithm: "../x", seconds: 1, file: "scores-../x.safetensors" }] }),
      /leaves/,
    ],
  ] as const) {
    writeFileSync(files.path, text);
    await expect(read()).rejects.toMatchObject({ code: "bad-file", message: expect.stringMatching(says) });
  }
  expect(existsSync(files.path)).toBe(true);
});
