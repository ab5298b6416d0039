import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { findPeers } from "./find-peers.ts";

describe("findPeers", () => {
  it("says that no Python was named", async () => {
    const { found, problems } = await findPeers(undefined, ["AutoCircuit", "EAP-IG"]);
    expect(found).toEqual([]);
    expect(problems).toEqual([
      expect.stringMatching(/^Without a Python AutoCircuit, EAP-IG cannot be compared: give --python/),
    ]);
  });

  it.each(["no-such-python", "/nope/python", tmpdir()])("refuses %s, which cannot be started", async (python) => {
    await expect(findPeers(python, ["AutoCircuit", "EAP-IG"])).rejects.toMatchObject({
      code: "not-found",
      message: expect.stringMatching(
        new RegExp(`^${python} cannot be started \\((ENOENT|EACCES)\\): name a Python, or none\\.$`),
      ),
    });
  });

  it("refuses a program that has none of them, and says why of each", async () => {
    // Node in its place: it takes the driver for JavaScript.
    await expect(findPeers(process.execPath, ["TransformerLens", "EAP-IG"])).rejects.toMatchObject({
      code: "not-found",
      message: expect.stringMatching(
        /has none of what is to be compared \(TransformerLens, EAP-IG\).*\nTransformerLens is left out: .*ended \(exit code 1\)/,
      ),
    });
  });

  it("names those that a Python lacks beside those that it has", async () => {
    // The driver's protocol, spoken by a script that has one tool.
    const python = join(mkdtempSync(join(tmpdir(), "autocircuit-python-")), "python");
    const answer = `const { peer } = JSON.parse(line); console.log(JSON.stringify(peer === "AutoCircuit" ? { versions: { torch: "2" } } : { error: "No module named 'eap'", missing: true }))`;
    const source = `#!${process.execPath}\nrequire("readline").createInterface({ input: process.stdin }).on("line", (line) => { ${answer} });\n`;
    writeFileSync(python, source, { mode: 0o755 });
    const { found, problems } = await findPeers(python, ["AutoCircuit", "EAP-IG"]);
    expect(found.map(({ peer }) => peer)).toEqual(["AutoCircuit"]);
    expect(problems).toEqual([
      expect.stringMatching(/^EAP-IG is left out: .* lacks it: No module named 'eap'.*To get it/),
    ]);
    rmSync(dirname(python), { recursive: true });
  });
});
