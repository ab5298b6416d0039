import { basename, dirname, extname, resolve } from "node:path";
import { badFile, kind, parseJson, readWhole, signature, withoutMark } from "@autocircuit/base";
import { requirePlan, type SweepPlan } from "./plan.ts";

/** A plan and where it stands. */
export interface ReadPlan {
  readonly plan: SweepPlan;
  /** What paths in it are relative to. */
  readonly folder: string;
  /** The plan's name, or its file's without the ending. */
  readonly name: string;
}

const check = signature("readPlan", { path: kind.text });

/**
 * Reads a plan from a file of JSON or YAML (`.yaml`, `.yml`), and checks its form.
 *
 * @throws AutocircuitError `not-found` where there is no such file, `bad-file` for one that is neither, `bad-input` or `unknown-name` as
 *   `requirePlan` does
 * @example
 * const units = await expandPlan(await readPlan("sweep.yaml"));
 */
export async function readPlan(path: string): Promise<ReadPlan> {
  check({ path });
  const ending = extname(path);
  const plan = await parsed(path, (await readWhole(path, "the plan")).toString("utf8"), /^\.ya?ml$/i.test(ending));
  requirePlan(plan);
  return { plan, folder: dirname(resolve(path)), name: plan.name ?? basename(path, ending) };
}

/** A plan that was made in a program; paths in it are relative to the folder. */
export function givenPlan(plan: SweepPlan, folder = "."): ReadPlan {
  requirePlan(plan);
  return { plan, folder: resolve(folder), name: plan.name ?? "sweep" };
}

async function parsed(path: string, text: string, yaml: boolean): Promise<unknown> {
  try {
    if (!yaml) return parseJson(text);
    const { parse } = await import("yaml");
    // A hundred aliases are more than a plan needs; more could stand for any amount of memory.
    return parse(withoutMark(text), { maxAliasCount: 100 });
  } catch (cause) {
    throw badFile(path, `it is not valid ${yaml ? "YAML" : "JSON"}: ${(cause as Error).message}`, { cause });
  }
}
