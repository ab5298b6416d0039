/** The LibTorch that is fetched when none is found. */
export const PINNED_VERSION = "2.13.0";

/** The LibTorch for CUDA that is fetched when none is found; the wheel of this version without a build tag is one for CUDA 13.0. */
export const PINNED_CUDA_VERSION = "2.14.1";

/** The LibTorch of a kind (`cpu`, `cu130`) that is fetched when none is found. */
export function pinnedVersion(variant: string): string {
  return variant === "cpu" ? PINNED_VERSION : PINNED_CUDA_VERSION;
}

/** Whether two versions are of one release, `2.14.0` and `2.14.1`: LibTorch keeps its C++ interface within it, and no longer. */
export function sameRelease(a: string, b: string): boolean {
  const [left, right] = [numbers(a), numbers(b)];
  return left[0] === right[0] && left[1] === right[1];
}

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
