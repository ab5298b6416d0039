import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { processor, setProducts, Transformer } from "../lib/index.ts";
import { NATIVE_ROOT } from "../lib/toolchain/native-root.ts";
import { smallConfig, smallWeights, tokenTensor } from "./small-model.ts";

const ADDON = process.env.AUTOCIRCUIT_ADDON || join(NATIVE_ROOT, "build", "Release", "autocircuit.node");
const PROGRAM = `
const { processor } = require(process.argv[1]);
try { console.log(JSON.stringify(processor())); } catch ({ code, message }) { console.log(JSON.stringify({ code, message })); }`;

/** What a process says of the processor with a cap of its own, or another setting. */
async function under(cap: string, setting = "AUTOCIRCUIT_CPU"): Promise<Record<string, unknown>> {
  const env = { ...process.env, [setting]: cap };
  const { stdout } = await promisify(execFile)(process.execPath, ["-e", PROGRAM, ADDON], { env });
  return JSON.parse(stdout);
}

describe("AUTOCIRCUIT_CPU", () => {
  const { sets } = processor();

  it("caps the kernels that are used", async () => {
    expect(await under("baseline")).toMatchObject({
      sets,
      used: sets.at(-1),
      why: expect.stringContaining("AUTOCIRCUIT_CPU"),
    });
    expect((await under("avx512")).used).toBe(sets[0]);
  }, 60_000);

  it("counts until the first computation, whatever it was when the addon was loaded", async () => {
    const program = `
      const { processor } = require(process.argv[1]);
      process.env.AUTOCIRCUIT_CPU = "baseline";
      const first = processor().used;
      delete process.env.AUTOCIRCUIT_CPU;
      console.log(JSON.stringify([first, processor().used]));`;
    const { stdout } = await promisify(execFile)(process.execPath, ["-e", program, ADDON]);
    expect(JSON.parse(stdout)).toEqual([sets.at(-1), sets.at(-1)]);
  }, 60_000);

  it("is refused when it is none of the caps", async () => {
    const { code, message } = await under("sse9");
    expect(code).toBe("bad-input");
    expect(message).toMatch(/"sse9".*avx512, avx2 or baseline/);
  }, 60_000);
});

describe("AUTOCIRCUIT_PRODUCTS and setProducts", () => {
  it("say who multiplies", async () => {
    expect((await under("panels", "AUTOCIRCUIT_PRODUCTS")).products).toBe("all by panels");
    expect((await under("library", "AUTOCIRCUIT_PRODUCTS")).products).toBe("by the general library");
    const { code, message } = await under("fast", "AUTOCIRCUIT_PRODUCTS");
    expect(code).toBe("bad-input");
    expect(message).toMatch(/AUTOCIRCUIT_PRODUCTS is "fast".*panels, library or auto/);
    for (const wrong of ["fast", ""])
      await expect(setProducts(wrong as "auto")).rejects.toMatchObject({ code: "bad-input" });
  }, 60_000);

  it("go back by `auto` to what the process was started with", async () => {
    const program = `
      const { processor, setProducts } = require(process.argv[1]);
      const said = [];
      (async () => {
        for (const way of ["panels", "auto"]) said.push((await setProducts(way), processor().products));
        console.log(JSON.stringify(said));
      })();`;
    const env = { ...process.env, AUTOCIRCUIT_PRODUCTS: "library" };
    const { stdout } = await promisify(execFile)(process.execPath, ["-e", program, ADDON], { env });
    expect(JSON.parse(stdout)).toEqual(["all by panels", "by the general library"]);
  }, 60_000);

  it("change times and no more than the last digits", async () => {
    const before = processor().products;
    using model = Transformer.create(smallConfig, smallWeights(), { dtype: "float32" });
    using tokens = tokenTensor([[1, 2, 3, 4, 5, 6, 0, 1, 2, 3]]);
    const logits = async (way: "panels" | "library") => {
      await setProducts(way);
      return { said: processor().products, values: await (await model.forward({ tokens })).logits!.data() };
    };
    try {
      const [panels, library] = [await logits("panels"), await logits("library")];
      expect([panels.said, library.said]).toEqual(["all by panels", "by the general library"]);
      const differences = [...panels.values].map((value, i) => Math.abs(Number(value) - Number(library.values[i])));
      expect(Math.max(...differences)).toBeLessThan(1e-5);
    } finally {
      await setProducts("auto");
    }
    expect(processor().products).toBe(before);
  });
});
