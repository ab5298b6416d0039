import { AutocircuitError } from "@autocircuit/base";
import type { Python } from "./python.ts";
import { run } from "./run.ts";

/*
 * Takes only the folders that a C++ program needs. A wheel also holds thousands of Python files and test programs.
 * Every name is joined to the target and checked, since an archive may hold names that point outside it.
 */
const SCRIPT = `
import os, shutil, sys, zipfile
archive, target, *wanted = sys.argv[1:]
root = os.path.realpath(target)
count = 0
with zipfile.ZipFile(archive) as z:
    for info in z.infolist():
        if info.is_dir() or not any(info.filename == w or (w.endswith("/") and info.filename.startswith(w)) for w in wanted):
            continue
        path = os.path.realpath(os.path.join(root, info.filename))
        if not path.startswith(root + os.sep):
            sys.exit("unsafe name in archive: " + info.filename)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with z.open(info) as source, open(path, "wb") as out:
            shutil.copyfileobj(source, out, 1 << 20)
        count += 1
print(count)
`;

/** The parts of a wheel (`torch/...`) or of the C++ archive (`libtorch/...`) that are kept. */
export function keptParts(top: "torch" | "libtorch"): string[] {
  return ["lib/", "include/", "share/", "version.py", "build-version", "build-hash"].map((part) => `${top}/${part}`);
}

/**
 * Unpacks parts of a zip archive or wheel into a folder; checksums inside the archive are verified on the way.
 *
 * @param parts Exact names, or folders when they end with a slash.
 * @returns How many files were written.
 * @throws AutocircuitError when the archive is damaged, or holds none of the parts.
 */
export async function unpack(
  python: Python,
  archive: string,
  target: string,
  parts: readonly string[],
): Promise<number> {
  const result = await run(python.command, ["-c", SCRIPT, archive, target, ...parts]);
  const count = Number(result.stdout.trim());
  if (result.code === 0 && count > 0) return count;
  const why = result.code === 0 ? `it holds none of ${parts.join(", ")}` : (result.stderr.split("\n").at(-1) ?? "");
  throw new AutocircuitError("libtorch", `Could not unpack ${archive}: ${why}`);
}
