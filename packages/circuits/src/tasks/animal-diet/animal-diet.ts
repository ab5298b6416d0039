import type { RawTextPrompt } from "../../prompts/prompt-file.ts";
import type { ReadyTask } from "../../ready-task/ready-task.ts";
import { textTask } from "../../ready-task/text-task.ts";
import { GPT2, GPT2_AUTOENCODERS } from "../models.ts";
import type { PublishedTask } from "../published-task.ts";
import { animalDietPrompts } from "./prompts.ts";

/** What an animal eats. */
export const animalDiet: PublishedTask<ReadyTask<RawTextPrompt>> = {
  circuits: [],
  textDataSets: { "animal-diet": animalDietPrompts },
  dataSets: [animalDietPrompts],
  tasks: [
    textTask({
      ...GPT2,
      name: "animal-diet-autoencoder",
      key: "Animal Diet GPT2 Autoencoder Component Circuit",
      title: "Animal Diet",
      description: "says what an animal eats",
      circuits: {},
      prompts: animalDietPrompts,
      byToken: false,
      batchSize: 2,
      batchCount: 16,
      autoencoders: GPT2_AUTOENCODERS,
    }),
  ],
};
