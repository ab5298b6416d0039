import { describe, expect, it } from "vitest";
import { findPeers } from "./find-peers.ts";

describe("findPeers", () => {
  it("says that no Python was named", async () => {
    const { found, problems } = await findPeers(undefined, ["AutoCircuit", "EAP-IG"]);
    expect(found).toEqual([]);
    expect(problems).toEqual([
      expect.stringMatching(/No Python was named: AutoCircuit, EAP-IG did not run. Give --python/),
    ]);
  });

  it("says that a Python cannot be started, or is none", async () => {
    const missing = await findPeers("no-such-python", ["AutoCircuit"]);
    expect(missing.problems).toEqual([
      expect.stringMatching(/AutoCircuit did not run: no-such-python could not be started/),
    ]);
    // Node in its place: it takes the driver for JavaScript.
    const other = await findPeers(process.execPath, ["TransformerLens"]);
    expect(other.found).toEqual([]);
    expect(other.problems).toEqual([expect.stringMatching(/TransformerLens did not run: .*ended \(exit code 1\)/)]);
  });
});
