import type { RawTextPrompt } from "../../prompts/prompt-file.ts";
import type { ReadyTask } from "../../ready-task/ready-task.ts";
import { textTask } from "../../ready-task/text-task.ts";
import { GPT2, GPT2_AUTOENCODERS } from "../models.ts";
import { known, type PublishedCircuit, type PublishedTask } from "../published-task.ts";
import { greaterthanEdges } from "./edges.ts";
import { greaterthanPrompts } from "./prompts.ts";

const byEdges: PublishedCircuit = {
  name: "greaterthan-edges",
  description: "a later year than the first",
  model: "GPT-2 small",
  paper: "Hanna et al. 2023, How does GPT-2 compute greater-than? (arXiv:2305.00586); edges of ACDC",
  words: [],
  edges: greaterthanEdges,
};

const TASK = {
  ...GPT2,
  title: "Greaterthan",
  description: "gives a later year",
  prompts: greaterthanPrompts,
  byToken: false,
} as const;

/** In which year something that began in another one may have ended. */
export const greaterthan: PublishedTask<ReadyTask<RawTextPrompt>> = {
  circuits: [byEdges],
  textDataSets: { greaterthan: greaterthanPrompts },
  dataSets: [greaterthanPrompts],
  tasks: [
    textTask({
      ...TASK,
      name: "greaterthan-component",
      key: "Greaterthan Component Circuit",
      circuits: known({ edges: byEdges }),
      batchSize: 64,
      batchCount: 2,
    }),
    textTask({
      ...TASK,
      name: "greaterthan-autoencoder",
      key: "Greaterthan GPT2 Autoencoder Component Circuit",
      circuits: {},
      batchSize: 1,
      batchCount: 2,
      autoencoders: GPT2_AUTOENCODERS,
    }),
  ],
};
