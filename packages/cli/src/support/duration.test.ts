import { expect, it } from "vitest";
import { duration } from "./duration.ts";

it.each([
  [0.2, "0 s"],
  [42.4, "42 s"],
  [59.7, "1 min"],
  [545, "9 min 5 s"],
  [3599.6, "1 h"],
  [12000, "3 h 20 min"],
  [1e6, "12 days"],
])("%d s are %s", (seconds, text) => expect(duration(seconds)).toBe(text));
