import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { processor } from "../lib/index.ts";
import { NATIVE_ROOT } from "../lib/toolchain/native-root.ts";

const ADDON = process.env.AUTOCIRCUIT_ADDON || join(NATIVE_ROOT, "build", "Release", "autocircuit.node");
const PROGRAM = `
const { processor } = require(process.argv[1]);
try { console.log(JSON.stringify(processor())); } catch ({ code, message }) { console.log(JSON.stringify({ code, message })); }`;

/** What a process says of the processor with a cap of its own. */
async function under(cap: string): Promise<Record<string, unknown>> {
  const env = { ...process.env, AUTOCIRCUIT_CPU: cap };
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

  it("is refused when it is none of the caps", async () => {
    const { code, message } = await under("sse9");
    expect(code).toBe("bad-input");
    expect(message).toMatch(/"sse9".*avx512, avx2 or baseline/);
  }, 60_000);
});
