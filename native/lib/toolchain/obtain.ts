import { copyFile, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { probe } from "./addon.ts";
import { findStored, storeBuild } from "./addon-store.ts";
import { targetFacts } from "./build-targets.ts";
import { type Compilation, compile, compilerInUse } from "./compile.ts";
import { thisMachine } from "./machine.ts";
import { findPrebuilt, misfitOfPrebuilt } from "./prebuilt/find-prebuilt.ts";
import { probePrebuilt } from "./prebuilt/probe-prebuilt.ts";
import { writeLibTorchPath } from "./prebuilt/write-libtorch-path.ts";
import { buildPaths, type Stamp, writeStamp } from "./stamp.ts";

/** Where a build came from. */
export type Origin = "prebuilt" | "kept" | "compiled";

/**
 * Puts a target in its place: from the package with the prebuilt addon, from what the user built before, or compiled. The caller holds the
 * lock.
 *
 * @param fromSource takes nothing ready-made
 */
export async function obtain(
  work: Compilation,
  wanted: Stamp,
  reasons: readonly string[],
  fromSource: boolean,
): Promise<Origin> {
  const { target, nativeRoot, libtorch, env, onLine } = work;
  const paths = buildPaths(nativeRoot, target, env);
  const compiler = await compilerInUse(env);
  const stamp: Stamp = { ...wanted, ...(compiler === undefined ? {} : { compiler }) };
  const whyNot: string[] = [];
  if (!fromSource) {
    const refusal = target === "addon" ? await takePrebuilt(work, wanted) : undefined;
    if (target === "addon" && refusal === undefined) return "prebuilt";
    if (refusal !== undefined) {
      whyNot.push(`no prebuilt addon: ${refusal}`);
      onLine(`no prebuilt addon: ${refusal}`);
    }
    if (await takeStored(work, stamp)) return "kept";
  }
  const { what } = targetFacts(target);
  onLine(`building ${what} against LibTorch ${libtorch.build} at ${libtorch.path} (${reasons.join("; ")})`);
  await rm(paths.stamp, { force: true });
  await compile(work, whyNot);
  await writeStamp(paths.stamp, stamp);
  await storeBuild(target, stamp, paths.output, env).catch((error: Error) =>
    onLine(`it is not kept for other clones: ${error.message}`),
  );
  return "compiled";
}

/** Why the prebuilt addon is not used; undefined when it is in its place now. */
async function takePrebuilt(
  { nativeRoot, libtorch, env, onLine }: Compilation,
  wanted: Stamp,
): Promise<string | undefined> {
  const machine = thisMachine();
  const found = findPrebuilt(nativeRoot, machine);
  if (typeof found === "string") return found;
  const misfit = misfitOfPrebuilt(found, wanted, libtorch, machine);
  if (misfit !== undefined) return misfit;
  const paths = buildPaths(nativeRoot, "addon", env);
  return place(paths, { ...wanted, prebuilt: found.name }, async (beside) => {
    await writeFile(beside, writeLibTorchPath(await readFile(found.file), libtorch.path), { mode: 0o755 });
    const problem = await probePrebuilt(beside, found.facts.probe, nativeRoot, env);
    if (problem === undefined) onLine(`${found.name} passed its probe`);
    return problem === undefined ? undefined : `${found.name} was not taken, ${problem}`;
  });
}

/** Whether what the user built before is in its place now. */
async function takeStored({ target, nativeRoot, env, onLine }: Compilation, stamp: Stamp): Promise<boolean> {
  const paths = buildPaths(nativeRoot, target, env);
  const stored = await findStored(target, stamp, paths.output, env);
  if (!stored) return false;
  const refusal = await place(paths, stored.stamp, async (beside) => {
    await copyFile(stored.file, beside);
    return target === "addon" ? (await probe(beside, env)).loadError : undefined;
  });
  onLine(refusal === undefined ? `taken from ${stored.file}` : `${stored.file} was not taken: ${refusal}`);
  return refusal === undefined;
}

/**
 * Puts a file and its stamp in their places, the file by renaming: a process that has loaded the one before keeps it.
 *
 * @param make makes the file beside its place, and says why it is not to be used
 */
async function place(
  paths: { output: string; stamp: string },
  stamp: Stamp,
  make: (beside: string) => Promise<string | undefined>,
): Promise<string | undefined> {
  const beside = paths.output.replace(/(\.\w+)?$/, `.${process.pid}.new$1`);
  await mkdir(dirname(paths.output), { recursive: true });
  try {
    const refusal = await make(beside);
    if (refusal !== undefined) return refusal;
    await rm(paths.stamp, { force: true });
    await rename(beside, paths.output);
    await writeStamp(paths.stamp, stamp);
    return undefined;
  } finally {
    await rm(beside, { force: true });
  }
}
