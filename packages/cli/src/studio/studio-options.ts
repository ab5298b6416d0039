import type { DeviceCommandOptions } from "../support/device-options.ts";
import type { SubjectCommandOptions } from "../support/subject-options.ts";

/** Options of `autocircuit studio`, as commander gives them. */
export interface StudioCommandOptions extends SubjectCommandOptions, DeviceCommandOptions {
  scores?: string[];
  circuit?: string[];
  attributionGraph?: string;
  byToken?: boolean;
  seed: number;
  port?: number;
  open: boolean;
  out?: string;
}
