import { afterEach, expect, it, vi } from "vitest";
import { sayOnce, sayOnceAs } from "./say-once.ts";

afterEach(() => {
  sayOnceAs((text) => text);
  vi.restoreAllMocks();
});

it("says a line once, in the words of who runs it", () => {
  const said: string[] = [];
  vi.spyOn(process.stderr, "write").mockImplementation((text) => said.push(String(text)) > 0);
  sayOnce("give `seed`");
  sayOnceAs((text) => text.replace("`seed`", "--seed"));
  sayOnce("give `seed`");
  sayOnce("leave `seed` out");
  expect(said).toEqual(["autocircuit: give `seed`\n", "autocircuit: leave --seed out\n"]);
});
