import { checkTracrConformance } from "@autocircuit/tracr";
import type { CaseFolder } from "./find-cases.ts";
import type { Recorder } from "./recorder.ts";

/** Checks the compiler against the golden data of tracr: weights exactly, outputs to 1e-12. */
export async function checkTracrPrograms(folder: CaseFolder, recorder: Recorder): Promise<void> {
  checkTracrConformance(folder.path, (name, passed, detail) => recorder.record(name, passed, detail));
}
