import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { addon, addonPath, checkVersions, loadAddon, loadError } from "./loader.ts";

const folder = mkdtempSync(join(tmpdir(), "autocircuit-loader-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("loadAddon", () => {
  it("says how to build a missing addon", () => {
    expect(() => loadAddon(join(folder, "none.node"))).toThrow(expect.objectContaining({ code: "addon" }));
    expect(() => loadAddon(join(folder, "none.node"))).toThrow(/npx autocircuit setup.*AUTOCIRCUIT_AUTO_SETUP=1/s);
  });
  it("recognises a damaged file, with the system's words as cause", () => {
    const damaged = join(folder, "damaged.node");
    writeFileSync(damaged, "this is not a library");
    try {
      loadAddon(damaged);
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ code: "addon", message: expect.stringContaining("another system or is damaged") });
      expect((error as Error).cause).toBeInstanceOf(Error);
    }
  });
  it("gives one addon, and leaves the environment as it was", () => {
    const before = { ...process.env };
    expect(addon()).toBe(addon());
    expect(addonPath()).toMatch(/autocircuit\.node$/);
    expect(process.env).toEqual(before);
  });
});

describe("loadError", () => {
  it.each([
    [
      "libtorch_cpu.so: cannot open shared object file: No such file or directory",
      "libtorch",
      /libtorch_cpu\.so.*moved or removed/,
    ],
    ["dlopen(/a.node): Library not loaded: @rpath/libc10.dylib", "libtorch", /libc10\.dylib.*moved or removed/],
    ["/a.node: undefined symbol: _ZN2at4_ops3addE", "libtorch", /another version/],
    [
      "/lib/libc.so.6: version `GLIBC_2.38' not found (required by /a.node)",
      "addon",
      /newer glibc \(GLIBC 2\.38\)[\s\S]*setup --from-source/,
    ],
    ["wrong ELF class: ELFCLASS32", "addon", /another system/],
    ["something new", "addon", /something new/],
  ])("%s", (text, code, message) => {
    const cause = new Error(text);
    expect(loadError("/a.node", cause)).toMatchObject({ code, cause, message: expect.stringMatching(message) });
  });
});

describe("checkVersions", () => {
  it("wants the same release", () => {
    expect(() => checkVersions({ builtWith: "2.13.0", libtorch: "2.13.1" })).not.toThrow();
    expect(() => checkVersions({ builtWith: "2.13.0", libtorch: "2.14.0" })).toThrow(
      expect.objectContaining({ code: "libtorch", message: expect.stringContaining("2.14.0 was loaded") }),
    );
  });
});
