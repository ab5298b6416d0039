import { tmpdir } from "node:os";
import { expect, it } from "vitest";
import { spaceProblem } from "./free-space.ts";

it("says how much a disk has left, and what to do", async () => {
  expect(await spaceProblem(tmpdir(), 1)).toBeUndefined();
  // No disk has an exbibyte.
  const problem = await spaceProblem(tmpdir(), 2 ** 60);
  expect(problem).toMatch(
    /has \d+ MiB left, and this takes at least 1099511627776: free some, or let XDG_CACHE_HOME name/,
  );
});
