import { hashOf, type SweepUnit } from "../plan/unit.ts";

/**
 * The queue's name for a plan: its own, and a hash of it and of its units, which hold all that decides results. So coordinators and workers of
 * the same plan with the same files meet, on whatever machines, and those of another plan of that name, or of an edited one, do not.
 *
 * @example
 * const read = await readPlan("sweep.yaml");
 * const name = queueName(read.name, await expandPlan(read)); // autocircuit-sweep-compiled-0a1b2c3d4e5f
 */
export function queueName(plan: string, units: readonly Pick<SweepUnit, "hash">[]): string {
  const name = plan.normalize("NFC");
  const words = Array.from(name.replace(/[^\p{L}\p{M}\p{N}._-]+/gu, "-"), (letter) => letter);
  const edition = hashOf({ name, units: units.map(({ hash }) => hash).sort() }).slice(0, 12);
  return `autocircuit-sweep-${words.slice(0, 60).join("")}-${edition}`;
}

/** What the names of all editions of a plan begin with; undefined for a name that somebody chose. */
export function planOfQueue(queue: string): string | undefined {
  return /^(autocircuit-sweep-.*)-[0-9a-f]{12}$/su.exec(queue)?.[1];
}
