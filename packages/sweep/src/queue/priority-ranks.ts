import type { SweepUnit } from "../plan/unit.ts";

/** The largest priority that BullMQ takes. */
const LAST = 2 ** 21 - 1;

/**
 * What BullMQ is told for each priority of a plan: there 1 comes first, and of a plan's priorities only the order counts. Empty where all
 * are alike.
 */
export function priorityRanks(units: readonly Pick<SweepUnit, "priority">[]): ReadonlyMap<number, number> {
  const found = [...new Set(units.map(({ priority }) => priority))].sort((a, b) => b - a);
  if (found.length === 1) return new Map();
  return new Map(found.map((priority, place) => [priority, Math.min(place + 1, LAST)]));
}
