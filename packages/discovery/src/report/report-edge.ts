import type { Edge } from "@autocircuit/core";
import type { ReportEdge } from "@autocircuit/report";

/** An edge as plain data. */
export function reportEdge({ name, token }: Edge): ReportEdge {
  return { edge: name, token };
}
