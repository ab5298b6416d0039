import type { PatchableModel } from "@autocircuit/core";
import { parameterCount } from "@autocircuit/models";
import { setThreads } from "@autocircuit/native";

/** Below this many parameters, handing work to a second thread takes longer than doing it. */
const TINY = 1e6;

/** Runs a tiny model on one thread; leaves the setting alone for others. */
export async function useFewThreads({ config }: PatchableModel): Promise<void> {
  if (parameterCount(config) < TINY) await setThreads(1);
}
