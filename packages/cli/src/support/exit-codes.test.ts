import { AutocircuitError } from "@autocircuit/base";
import { expect, it } from "vitest";
import { EXIT, exitCodeFor } from "./exit-codes.ts";

it("takes a full disk for a failure, not for wrong usage", () => {
  const unwritten = (code: string) =>
    new AutocircuitError("bad-file", "Cannot write", { cause: Object.assign(new Error(), { code }) });
  expect(exitCodeFor(unwritten("ENOSPC"))).toBe(EXIT.failure);
  expect(exitCodeFor(unwritten("ENOTDIR"))).toBe(EXIT.usage);
});
