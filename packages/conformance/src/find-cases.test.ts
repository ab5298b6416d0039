import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { findCases } from "./find-cases.ts";

const root = mkdtempSync(join(tmpdir(), "conformance-"));
afterAll(() => rmSync(root, { recursive: true }));

function folder(path: string, files: readonly string[]): void {
  mkdirSync(join(root, path), { recursive: true });
  for (const file of files) writeFileSync(join(root, path, file), "{}");
}

folder("autocircuit/one", ["config.json", "model.safetensors", "inputs.json", "expected.json", "expected.safetensors"]);
folder("autocircuit/tracr-two", ["expected.json", "expected.safetensors"]);
folder("hf/three", ["config.json", "model.safetensors", "inputs.json", "expected.safetensors"]);
folder("tracr", ["programs.json"]);
folder("next/four", [
  ...["config.json", "model.safetensors", "inputs.json", "probing.json", "probing.safetensors"],
  ...["kvcache.json", "kvcache.safetensors", "scores.json", "unknown.json", "unknown.safetensors"],
]);
folder("autoencoders/four/files", []);
folder("autoencoders/four", ["meta.json", "inputs.safetensors", "expected.safetensors"]);
folder("autoencoders/refuse", ["reasons.json", "one.pt"]);
folder("other", ["notes.json"]);
folder("blocks", ["some.safetensors", "no.json", "no.safetensors", "alone.json"]);
for (const name of ["some", "alone"])
  writeFileSync(
    join(root, `blocks/${name}.json`),
    JSON.stringify({ types: { Q4_0: { id: 2, block: 32, bytes: 18 } } }),
  );
folder("eap-ig/four", ["expected.json", "scores.safetensors", "eap.json"]);
folder("attribution/five", ["expected.json", "scores.safetensors"]);
folder("attribution/selection", ["selection.json"]);
folder("attribution/bootstrap", ["bootstrap.json", "bootstrap.safetensors"]);
folder("attribution/tests", ["tests.json", "tests.safetensors"]);
folder("next/six", ["config.json", "model.safetensors", "inputs.json", "eapig.json", "eapig.safetensors", "else.json"]);

describe("findCases", () => {
  it("tells the kinds apart, wherever they lie", () => {
    const kinds = findCases([root]).map(({ kind, path }) => [kind, path.slice(root.length + 1)]);
    expect(kinds).toContainEqual(["patching", "autocircuit/one"]);
    expect(kinds).toContainEqual(["tracr-circuits", "autocircuit/tracr-two"]);
    expect(kinds).toContainEqual(["checkpoint", "hf/three"]);
    expect(kinds).toContainEqual(["tracr-programs", "tracr"]);
    expect(kinds).toContainEqual(["gguf-blocks", "blocks/some"]);
    expect(kinds).toContainEqual(["autoencoder", "autoencoders/four"]);
    expect(kinds).toContainEqual(["refused-files", "autoencoders/refuse"]);
    expect(kinds).toContainEqual(["eap-ig", "eap-ig/four"]);
    expect(kinds).toContainEqual(["attribution", "attribution/five"]);
    expect(kinds).toContainEqual(["selection", "attribution/selection"]);
    expect(kinds).toContainEqual(["bootstrap", "attribution/bootstrap"]);
    expect(kinds).toContainEqual(["hypotheses", "attribution/tests"]);
    expect(kinds).toHaveLength(15);
  });

  it("gives a case for every feature whose numbers and tensors are there", () => {
    const found = findCases([join(root, "next")]);
    expect(found.map(({ kind, name, feature }) => [kind, name, feature])).toEqual([
      ["feature", "next/four/kvcache", "kvcache"],
      ["feature", "next/four/probing", "probing"],
      ["feature", "next/six/eapig", "eapig"],
    ]);
    expect(findCases([join(root, "next", "four")])).toHaveLength(2);
  });

  it("takes a single case, and lists a folder once", () => {
    const one = join(root, "autocircuit/one");
    expect(findCases([one, root, one]).filter((found) => found.path === one)).toHaveLength(1);
    expect(findCases([join(root, "other")])).toEqual([]);
    expect(findCases([join(root, "blocks/some")]).map(({ name }) => name)).toEqual(["blocks/some"]);
  });

  it("names cases of the same name by their paths", () => {
    folder("copy/autocircuit/tracr-two", ["expected.json", "expected.safetensors", "more.json"]);
    const names = findCases([join(root, "autocircuit"), join(root, "copy")]).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => name.endsWith("tracr-two"))).toHaveLength(2);
    rmSync(join(root, "copy"), { recursive: true });
  });

  it("says when a folder is missing", () => {
    expect(() => findCases([join(root, "missing")])).toThrow(/No such folder/);
  });

  it("takes a case once that lies in two folders, and both where they differ", () => {
    const files = ["config.json", "model.safetensors", "inputs.json", "expected.safetensors"];
    for (const place of ["first/hf/same", "second/hf/same", "first/hf/else", "second/hf/else"]) folder(place, files);
    writeFileSync(join(root, "second/hf/else/inputs.json"), "[]");
    const names = findCases([join(root, "first"), join(root, "second")]).map(({ path }) => path.slice(root.length + 1));
    expect(names.sort()).toEqual(["first/hf/else", "second/hf/else", "second/hf/same"]);
  });
});
