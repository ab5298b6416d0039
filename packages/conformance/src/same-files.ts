import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** Whether two folders hold the same files with the same bytes. */
export function sameFiles(one: string, other: string): boolean {
  const [files, others] = [one, other].map(filesOf) as [Map<string, number>, Map<string, number>];
  if (files.size !== others.size) return false;
  const entries = [...files];
  return (
    entries.every(([file, bytes]) => others.get(file) === bytes) &&
    entries.every(([file]) => readFileSync(join(one, file)).equals(readFileSync(join(other, file))))
  );
}

/** The files below a folder with their sizes. */
function filesOf(folder: string): Map<string, number> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    entries.map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      return [path.slice(folder.length), statSync(path).size];
    }),
  );
}
