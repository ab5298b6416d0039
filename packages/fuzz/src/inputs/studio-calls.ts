import { startStudio } from "@autocircuit/studio";
import type { PublicCall } from "./public-call.ts";

/** A valid call of the function that serves a studio; what is wrong with it is seen before anything is served. */
export const studioCalls: Readonly<Record<string, PublicCall>> = {
  startStudio: { takes: { subject: { model: {} } }, call: (t, o) => startStudio(t.subject, o) },
};
