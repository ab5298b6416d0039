import { cudaChecks } from "./cuda/checks.ts";
import type { DoctorCheck } from "./doctor-check.ts";
import { collectFacts, type DoctorOptions, type MachineFacts, usedLibTorch } from "./facts.ts";
import { machineProblem } from "./machine.ts";

/** What the doctor found. */
export interface DoctorReport {
  /** True when no check is a problem. */
  readonly ok: boolean;
  readonly checks: readonly DoctorCheck[];
  readonly facts: MachineFacts;
}

const SETUP = "run npx autocircuit setup (npm run setup in a clone)";
/** A LibTorch for the CPU takes about 0.5 GiB on disk, and as much again while it is unpacked. */
const DISK_BYTES = 2 * 1024 ** 3;
const MEMORY_BYTES = 2 * 1024 ** 3;

/**
 * Says whether AutoCircuit can run here, and what to do where it cannot.
 *
 * @example
 * const { ok, checks } = await doctorReport();
 * for (const { name, status, detail, fix } of checks) console.log(name, status, detail, fix ?? "");
 */
export async function doctorReport(options: DoctorOptions = {}): Promise<DoctorReport> {
  const facts = await collectFacts(options);
  const checks = judge(facts);
  return { ok: checks.every((check) => check.status !== "problem"), checks, facts };
}

/** The checks, from facts alone. */
export function judge(facts: MachineFacts): DoctorCheck[] {
  const running = facts.addon.loads === true && facts.addon.stale.length === 0;
  return [
    node(facts),
    libtorch(facts),
    addon(facts),
    tool(facts.compiler, running ? "warn" : "problem"),
    tool(facts.cmake, running ? "warn" : "problem"),
    tool(facts.ninja, "warn"),
    python(facts),
    ...kernels(facts),
    { name: "Threads", status: "ok", detail: `${facts.threads}` },
    memory(facts),
    disk(facts),
    ...cudaChecks(facts.cuda, usedLibTorch(facts.addon) ?? facts.libtorch),
  ];
}

function node(facts: MachineFacts): DoctorCheck {
  const { node: version, platform, arch, glibc } = facts.machine;
  const detail = `${version} on ${platform}-${arch}${glibc === undefined ? "" : `, glibc ${glibc}`}`;
  const fix = machineProblem(facts.machine);
  return fix === undefined ? { name: "Node", status: "ok", detail } : { name: "Node", status: "problem", detail, fix };
}

function libtorch(facts: MachineFacts): DoctorCheck {
  const found = facts.libtorch;
  if (!found) {
    const detail = `not found (${facts.looked.map(({ place, why }) => `${place}: ${why}`).join("; ")})`;
    return { name: "LibTorch", status: "problem", detail, fix: `${SETUP}, or set AUTOCIRCUIT_LIBTORCH` };
  }
  const kind = found.kind === "cuda" ? `CUDA ${found.cuda ?? "of unknown version"}` : "CPU";
  return { name: "LibTorch", status: "ok", detail: `${found.build} (${kind}), by ${found.foundBy}, ${found.path}` };
}

function addon({ addon: facts }: MachineFacts): DoctorCheck {
  const name = "Addon";
  if (!facts.present) return { name, status: "problem", detail: `not built (${facts.path})`, fix: SETUP };
  const how = facts.prebuilt === undefined ? "built" : `${facts.prebuilt}, built`;
  const against = facts.builtAgainst ? `${how} against LibTorch ${facts.builtAgainst.build}` : "built by other means";
  if (!facts.loads) {
    return { name, status: "problem", detail: `${against}, does not load: ${facts.loadError}`, fix: SETUP };
  }
  const detail = `${against}, loads in ${facts.loadMs} ms`;
  if (facts.stale.length === 0) return { name, status: "ok", detail };
  return { name, status: "warn", detail: `${detail}, but is not current: ${facts.stale.join("; ")}`, fix: SETUP };
}

/** Nothing where the addon does not load: it is the one that says. */
function kernels({ addon: { processor, wrongSetting } }: MachineFacts): DoctorCheck[] {
  const name = "Kernels";
  if (wrongSetting !== undefined)
    return [{ name, status: "problem", detail: wrongSetting, fix: "correct it or unset it" }];
  return processor === undefined ? [] : [{ name, status: "ok", detail: processor }];
}

function tool(found: MachineFacts["compiler"], otherwise: "warn" | "problem"): DoctorCheck {
  if (found.fix !== undefined) return { name: found.name, status: otherwise, detail: "not found", fix: found.fix };
  return { name: found.name, status: "ok", detail: `${found.command}: ${found.version}` };
}

function python({ python: found, libtorch: have }: MachineFacts): DoctorCheck {
  const name = "Python";
  const status = have ? "warn" : "problem";
  if (!found) return { name, status, detail: "not found", fix: "install Python 3 with pip; it fetches LibTorch" };
  const detail = `${found.command} ${found.version}`;
  if (found.pip) return { name, status: "ok", detail: `${detail}, with pip` };
  return { name, status, detail: `${detail}, without pip`, fix: `${found.command} -m ensurepip` };
}

function memory({ memory: { totalBytes, freeBytes } }: MachineFacts): DoctorCheck {
  const detail = `${gibibytes(freeBytes)} free of ${gibibytes(totalBytes)}`;
  if (freeBytes >= MEMORY_BYTES) return { name: "Memory", status: "ok", detail };
  return {
    name: "Memory",
    status: "warn",
    detail,
    fix: "close other programs: a build needs about 1.5 GiB a compiler",
  };
}

function disk({ cache, libtorch: have }: MachineFacts): DoctorCheck {
  const holds = cache.entries.length === 0 ? "empty" : cache.entries.join(", ");
  const detail = `${cache.path} (${holds}), ${gibibytes(cache.freeBytes)} free`;
  if (have || cache.freeBytes >= DISK_BYTES) return { name: "Cache", status: "ok", detail };
  const fix = `free ${gibibytes(DISK_BYTES)} there, or set XDG_CACHE_HOME to a folder on another disk`;
  return { name: "Cache", status: "warn", detail, fix };
}

function gibibytes(bytes: number): string {
  return `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
}
