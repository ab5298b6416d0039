import { AutocircuitError } from "@autocircuit/base";
import { expect, it } from "vitest";
import { EXIT, exitCodeFor } from "./exit-codes.ts";

it("takes a full disk for a failure, not for wrong usage", () => {
  const unwritten = (code: string) =>
    new AutocircuitError("bad-file", "Cannot write", { cause: Object.assign(new Error(), { code }) });
  expect(exitCodeFor(unwritten("ENOSPC"))).toBe(EXIT.failure);
  expect(exitCodeFor(unwritten("ENOTDIR"))).toBe(EXIT.usage);
});

it("takes what has no room for wrong input, as nothing was begun", () => {
  const error = new AutocircuitError("out-of-memory", "Not enough memory", { reason: "memory-foretold" });
  expect(exitCodeFor(error)).toBe(EXIT.usage);
  expect(exitCodeFor(new AutocircuitError("out-of-memory", "The memory of cuda:0 ended"))).toBe(EXIT.failure);
});
