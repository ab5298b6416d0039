import {
  arrayScript,
  compareSweep,
  estimateSweep,
  expandPlan,
  readPlan,
  runLocally,
  runQueue,
  type SweepResults,
  workQueue,
} from "@autocircuit/sweep";
import type { PublicCall } from "./public-call.ts";

const plan = { tasks: ["tracr-hist"], algorithms: ["random"] };
const results = { folder: "no-such-folder", result: () => undefined } as unknown as SweepResults;
const queue = { url: "redis://127.0.0.1:1", name: "none" };

/** Valid calls of the functions of sweeps; none of them gets to a process or a server. */
export const sweepCalls: Readonly<Record<string, PublicCall>> = {
  readPlan: { takes: { path: "no-such-plan.json" }, call: (t) => readPlan(t.path) },
  expandPlan: { takes: { read: { plan, folder: "." } }, call: (t, o) => expandPlan(t.read, o) },
  estimateSweep: { takes: { missing: [], done: [] }, call: (t, o) => estimateSweep(t.missing, t.done, undefined, o) },
  runLocally: { takes: { units: [], results }, call: (t, o) => runLocally(t.units, t.results, o) },
  runQueue: { takes: { units: [], results }, options: { queue }, call: (t, o) => runQueue(t.units, t.results, o) },
  workQueue: {
    takes: { plan: async () => [], results },
    options: { queue },
    call: (t, o) => workQueue(t.plan, t.results, o),
  },
  arrayScript: {
    takes: {},
    options: { elements: [0], command: ["autocircuit"], name: "sweep", logs: "logs" },
    call: (_, o) => arrayScript(o),
  },
  compareSweep: {
    takes: { done: [] },
    options: { name: "sweep", command: () => "" },
    call: (t, o) => compareSweep(t.done, o),
  },
};
