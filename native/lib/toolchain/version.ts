/** The LibTorch that is fetched when none is found. */
export const PINNED_VERSION = "2.13.0";

/** The oldest LibTorch the addon is written for; the next major version is the first it is not. */
export const OLDEST_VERSION = "2.11";

const NEXT_MAJOR = 3;

/** `2.13.0+cu130` -> `{ release: "2.13.0", local: "cu130" }`; undefined when the text is no version. */
export function parseVersion(text: string): { release: string; local: string | undefined } | undefined {
  const match = /^(\d+\.\d+(?:\.\d+)?)([a-z]+[\w.]*)?(?:\+([\w.]+))?$/.exec(text.trim());
  return match ? { release: match[1]!, local: match[3] } : undefined;
}

/** Negative when `a` is older than `b`, positive when it is newer, 0 when they are the same release. */
export function compareVersions(a: string, b: string): number {
  const left = numbers(a);
  const right = numbers(b);
  for (let i = 0; i < 3; i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Whether the addon is written for this LibTorch release (>= 2.11, < 3). */
export function isSupported(version: string): boolean {
  return compareVersions(version, OLDEST_VERSION) >= 0 && (numbers(version)[0] ?? 0) < NEXT_MAJOR;
}

function numbers(version: string): number[] {
  return (version.split(/[+-]/)[0] ?? "").split(".").map((part) => Number.parseInt(part, 10) || 0);
}
