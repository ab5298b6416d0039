import { createHash } from "node:crypto";
import { AutocircuitError, version } from "@autocircuit/base";
import { readNumbers, writeNumbers } from "@autocircuit/discovery";
import { RESULT_VERSION } from "../plan/unit.ts";
import type { UnitResult } from "../unit/run-unit.ts";
import { resultForm } from "./forms.ts";

const FORMAT = "autocircuit-sweep-unit";

/** The file of what a unit gave: with its own hash, so that damage shows. */
export function resultText(unit: string, result: UnitResult): string {
  const plain = writeNumbers(result);
  const sha256 = digestOf(plain);
  return `${JSON.stringify({ format: FORMAT, version: RESULT_VERSION, autocircuit: version, unit, sha256, result: plain })}\n`;
}

/**
 * Reads a unit's file.
 *
 * @returns undefined for a file that was damaged or forged, which is as none
 * @throws AutocircuitError `bad-file` for a whole file of another version
 */
export function readResult(text: string, unit: string): UnitResult | undefined {
  let json: Record<string, unknown>;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (json?.format !== FORMAT || json.unit !== unit || json.sha256 !== digestOf(json.result)) return undefined;
  if (json.version !== RESULT_VERSION || json.autocircuit !== version) {
    throw new AutocircuitError(
      "bad-file",
      `The result of the unit ${unit.slice(0, 12)} is of AutoCircuit ${json.autocircuit} (form ${json.version}), this is ${version} (form ` +
        `${RESULT_VERSION}): they are not mixed. Give another folder.`,
    );
  }
  const result = readNumbers(json.result);
  return resultForm.accepts(result) ? (result as UnitResult) : undefined;
}

/** Parsed JSON is written as it was read: its numbers and the order of its entries stay. */
function digestOf(result: unknown): string {
  return createHash("sha256")
    .update(JSON.stringify(result) ?? "")
    .digest("hex");
}
