import { expect, it } from "vitest";
import { formatBytes, formatMebibytes } from "./format-bytes.ts";

it.each([
  [0, "0 B"],
  [1023, "1023 B"],
  [1024, "1.0 KiB"],
  [1536, "1.5 KiB"],
  [2 ** 20 - 1, "1.0 MiB"],
  [1.4 * 2 ** 30, "1.4 GiB"],
  [5000 * 2 ** 40, "5000.0 TiB"],
])("writes %s bytes as %s", (bytes, text) => expect(formatBytes(bytes)).toBe(text));

it("writes whole MiB, never less than there are", () => {
  expect([0, 1, 2 ** 31, 2 ** 31 + 1].map(formatMebibytes)).toEqual(["0 MiB", "1 MiB", "2,048 MiB", "2,049 MiB"]);
});
