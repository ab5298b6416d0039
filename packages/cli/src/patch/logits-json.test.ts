import { expect, it } from "vitest";
import { logitsJson } from "./logits-json.ts";

it("is the JSON of the whole, a prompt a piece", () => {
  const logits = [
    [[1, 2.5]],
    [
      [-3, 4],
      [5, 6],
    ],
    [],
  ];
  const about = { shape: [3, 2, 2], processing: null, device: undefined, versions: { a: "1" } };
  for (const some of [logits, []]) {
    const pieces = [...logitsJson(some, about)];
    expect(pieces.join("")).toBe(`${JSON.stringify({ logits: some, ...about })}\n`);
    expect(pieces.length).toBeGreaterThan(some.length);
  }
});
