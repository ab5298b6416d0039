import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "./fixtures.ts";

const SCRIPTS = fileURLToPath(new URL("../../../scripts/gpu", import.meta.url));

describe("check.py", () => {
  /** Without site-packages there is no torch, and without the machine's PATH no nvidia-smi. */
  const check = (script: string) => {
    const out = join(temporaryFolder(), "gpu");
    const python = spawnSync("python3", ["-c", "import sys; print(sys.executable)"], {
      encoding: "utf8",
    }).stdout.trim();
    const run = spawnSync(python, ["-I", "-S", script, "--out", out], { encoding: "utf8", env: { PATH: "" } });
    expect(existsSync(out)).toBe(false);
    return { code: run.status, lines: run.stderr.trim().split("\n") };
  };
  const torch = expect.stringMatching(/has no torch that loads \(No module named 'torch'\): use a Python/);
  const gpu = expect.stringMatching(/^There is no NVIDIA GPU/);

  it("says in a clone that it belongs into the archive", () => {
    const { code, lines } = check(join(SCRIPTS, "check.py"));
    expect(code).toBe(2);
    expect(lines).toEqual([expect.stringMatching(/is not what `npm run pack` made.*unpack the archive/), torch, gpu]);
  });

  it("says in the archive that torch and a GPU are not here", () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "scripts", "gpu"), { recursive: true });
    copyFileSync(join(SCRIPTS, "check.py"), join(folder, "scripts", "gpu", "check.py"));
    writeFileSync(join(folder, "node"), "");
    expect(check(join(folder, "scripts", "gpu", "check.py"))).toEqual({ code: 2, lines: [torch, gpu] });
  });
});

describe("table.mjs", () => {
  const table = (...args: string[]) => {
    const { status, stderr, stdout } = spawnSync(process.execPath, [join(SCRIPTS, "table.mjs"), ...args], {
      encoding: "utf8",
    });
    return { status, stderr, stdout };
  };

  it.each([
    [undefined, /cannot be read \(ENOENT\): name the gpu.json/],
    ["{", /is no JSON: name the gpu.json/],
    ["{}", /is not what check.py writes, it lacks gpu, torch, cuda, date, parts: name/],
    ["null", /it lacks gpu/],
    ['{"gpu": "a", "torch": "2", "cuda": "13", "date": "d", "parts": 1}', /its parts are no list/],
  ])("says in one sentence what is wrong with a file that holds %s", (text, message) => {
    const file = join(temporaryFolder(), "gpu.json");
    if (text !== undefined) writeFileSync(file, text);
    const { status, stderr, stdout } = table(file);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });
});
