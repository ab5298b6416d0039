import { AutocircuitError } from "@autocircuit/base";
import { type ComputeDType, setThreads, threads } from "@autocircuit/native";
import { checkAttributionCase } from "./attribution/check-attribution.ts";
import { checkBootstrap } from "./attribution/check-bootstrap.ts";
import { checkEapIg } from "./attribution/check-eap-ig.ts";
import { checkHypotheses } from "./attribution/check-hypotheses.ts";
import { checkSelection } from "./attribution/check-selection.ts";
import { checkUgs } from "./attribution/check-ugs.ts";
import { checkAutoencoder, checkRefusedFiles } from "./check-autoencoder.ts";
import { checkCheckpoint } from "./check-checkpoint.ts";
import { checkGgufBlocks } from "./check-gguf-blocks.ts";
import { checkPatching } from "./check-patching.ts";
import { checkFeature } from "./features/check-feature.ts";
import { type CaseFolder, type CaseKind, findCases } from "./find-cases.ts";
import { narrowBound } from "./number-types.ts";
import { type Check, type Note, Recorder, type Uncompared } from "./recorder.ts";
import { checkTracrCircuits } from "./tracr/check-tracr-circuits.ts";
import { checkTracrPrograms } from "./tracr/check-tracr-programs.ts";

/** What a run came to. */
export interface ConformanceResult {
  cases: readonly CaseFolder[];
  passed: number;
  failed: number;
  failures: readonly Check[];
  /** Cells that were not compared, as the reference has no number there; in none of the counts above. */
  uncompared: readonly Uncompared[];
}

/** Options of {@link runConformance}. */
export interface ConformanceOptions {
  /** Called for every comparison as it is made. */
  onCheck?: (check: Check) => void;
  /** Called for what is worth knowing and no difference, such as decisions that rounding takes. */
  onNote?: (note: Note) => void;
  /** Called before a folder's first check. */
  onCase?: (folder: CaseFolder) => void;
  /** What networks compute in; default float32. In narrower types compiled programs are left out: they are exact in float32 only. */
  dtype?: ComputeDType | undefined;
  /** Where networks compute, as `AUTOCIRCUIT_DEVICE` has it; default the CPU. Elsewhere what runs no network is left out. */
  device?: string | undefined;
  signal?: AbortSignal;
}

type Checker = (folder: CaseFolder, recorder: Recorder, dtype?: ComputeDType) => Promise<void>;

const CHECKERS: Record<CaseKind, Checker> = {
  patching: checkPatching,
  checkpoint: checkCheckpoint,
  autoencoder: checkAutoencoder,
  "refused-files": checkRefusedFiles,
  "tracr-circuits": checkTracrCircuits,
  "tracr-programs": checkTracrPrograms,
  "gguf-blocks": checkGgufBlocks,
  "eap-ig": checkEapIg,
  attribution: checkAttributionCase,
  selection: checkSelection,
  bootstrap: checkBootstrap,
  hypotheses: checkHypotheses,
  ugs: checkUgs,
  feature: checkFeature,
};

/** Files and formulas that are computed on the host, in no model's type and on no device. */
const ON_THE_HOST: ReadonlySet<CaseKind> = new Set([
  "autoencoder",
  "refused-files",
  "tracr-programs",
  "gguf-blocks",
  "selection",
  "bootstrap",
  "hypotheses",
]);

/** What is checked in narrower types: compiled programs are exact in float32 only. */
const IN_HALF_PRECISION: ReadonlySet<CaseKind> = new Set([
  "patching",
  "checkpoint",
  "attribution",
  "eap-ig",
  "feature",
]);

/**
 * Compares this library with the reference on every case found in or below `folders`.
 *
 * @example
 * const { passed, failed } = await runConformance(["fixtures"], { onCheck: (check) => check.passed || console.log(check) });
 * @throws AutocircuitError `not-found` when a folder is missing or nothing was found to check
 */
export async function runConformance(
  folders: readonly string[],
  options: ConformanceOptions = {},
): Promise<ConformanceResult> {
  const { dtype, device = "cpu" } = options;
  const narrow = narrowBound(dtype, 1) !== undefined;
  const cases = findCases(folders).filter(({ kind }) =>
    narrow ? IN_HALF_PRECISION.has(kind) : device === "cpu" || !ON_THE_HOST.has(kind),
  );
  const failures: Check[] = [];
  const uncompared: Uncompared[] = [];
  let passed = 0;
  const onCheck = (check: Check) => {
    if (check.passed) passed++;
    else failures.push(check);
    options.onCheck?.(check);
  };
  for (const folder of cases) {
    options.signal?.throwIfAborted();
    options.onCase?.(folder);
    const recorder = new Recorder(folder.name, {
      onCheck,
      onNote: options.onNote,
      onUncompared: (cells) => uncompared.push(cells),
    });
    await recorder.attempt("case", () => withOneThread(() => CHECKERS[folder.kind](folder, recorder, dtype)));
  }
  if (passed + failures.length === 0) {
    throw new AutocircuitError(
      "not-found",
      `Nothing to check in ${folders.join(", ")}. Expected folders like autocircuit/CASE, attribution/CASE, eap-ig/CASE, next/CASE, hf/FAMILY, ` +
        "autoencoders/CASE, tracr or gguf.",
    );
  }
  return { cases, passed, failed: failures.length, failures, uncompared };
}

/** The models are so small that a second thread costs more than it gives. */
async function withOneThread(body: () => Promise<void>): Promise<void> {
  const before = threads();
  await setThreads(1);
  try {
    await body();
  } finally {
    await setThreads(before);
  }
}
