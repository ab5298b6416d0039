import { expect, it } from "vitest";
import { AutocircuitError } from "./errors.ts";

it("an error carries code, message and cause", () => {
  const cause = new Error("below");
  const error = new AutocircuitError("bad-file", "broken", { cause });
  expect(error).toMatchObject({ name: "AutocircuitError", code: "bad-file", message: "broken", cause });
  expect(error).toBeInstanceOf(Error);
  expect(error).not.toHaveProperty("reason");
  const exact = new AutocircuitError("bad-input", "`clean` is empty", { reason: "empty-prompt" });
  expect(exact).toMatchObject({ code: "bad-input", reason: "empty-prompt" });
});
