import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import { writeArchive } from "./archive.mjs";
import { ROOT } from "./run.mjs";

let folder;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "autocircuit-archive-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it("writes the whole archive in its place", async () => {
  const target = join(folder, "a.tar.xz");
  await writeArchive(target, ["-C", ROOT, "package.json", "LICENSE"]);
  expect(readdirSync(folder)).toEqual(["a.tar.xz"]);
  expect(spawnSync("tar", ["-tJf", target], { encoding: "utf8" }).stdout).toBe("package.json\nLICENSE\n");
});

it("leaves nothing of an archive that cannot be written whole", async () => {
  await expect(writeArchive(join(folder, "a.tar.xz"), ["-C", folder, "nope"])).rejects.toThrow(/was not written/);
  expect(readdirSync(folder)).toEqual([]);
});

it.each(["SIGINT", "SIGTERM"])(
  "%s leaves nothing of an archive",
  async (signal) => {
    // This Node's program is large enough to be compressed for seconds.
    const what = ["-C", dirname(process.execPath), basename(process.execPath)];
    const call = `import { writeArchive } from ${JSON.stringify(new URL("archive.mjs", import.meta.url).href)};
    await writeArchive(${JSON.stringify(join(folder, "a.tar.xz"))}, ${JSON.stringify(what)});`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", call], { stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    child.stderr.on("data", (chunk) => {
      said += chunk;
    });
    const ended = new Promise((resolve) => child.once("close", (_, by) => resolve(by)));
    while (readdirSync(folder).length === 0 && child.exitCode === null) await wait(5);
    expect(readdirSync(folder)).toEqual([`a.tar.xz.${child.pid}.part`]);
    child.kill(signal);
    expect(await ended).toBe(signal);
    expect(said).toMatch(/^stopped: .*a.tar.xz was not written.$/m);
    expect(readdirSync(folder)).toEqual([]);
  },
  60_000,
);
