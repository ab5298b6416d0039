import { dtypes } from "@autocircuit/base";
import { Tensor } from "@autocircuit/native";
import { expect, it } from "vitest";
import { tensorBytes } from "./bytes.ts";

it.each(dtypes)("counts a tensor of %s as large as its numbers are", async (dtype) => {
  using tensor = Tensor.full([3, 5], 1, { dtype });
  const data = await tensor.data();
  // Half precision is read as float32, which is twice as wide.
  const widened = dtype === "bfloat16" || dtype === "float16" ? 2 : 1;
  expect(tensorBytes(tensor)).toBe(data.byteLength / widened);
});
