import { PYTHIA_70M } from "../../edges/published-model.ts";
import type { RawTextPrompt } from "../../prompts/prompt-file.ts";
import type { ReadyTask } from "../../ready-task/ready-task.ts";
import { textTask } from "../../ready-task/text-task.ts";
import type { PublishedTask } from "../published-task.ts";
import { capitalCitiesPrompts } from "./prompts.ts";

/** The capital of a country. */
export const capitalCities: PublishedTask<ReadyTask<RawTextPrompt>> = {
  circuits: [],
  textDataSets: { "capital-cities": capitalCitiesPrompts },
  dataSets: [capitalCitiesPrompts],
  tasks: [
    textTask({
      model: PYTHIA_70M,
      hub: {
        id: "EleutherAI/pythia-70m-deduped",
        how: "It is EleutherAI/pythia-70m-deduped on the Hugging Face hub (166 MB); give that name as the model to fetch it, or download the folder",
      },
      name: "capital-cities-autoencoder",
      key: "Capital Cities Pythia 70M Deduped Autoencoder Component Circuit",
      title: "Capital Cities",
      description: "names the capital of a country",
      circuits: {},
      prompts: capitalCitiesPrompts,
      byToken: true,
      batchSize: 2,
      batchCount: 4,
      autoencoders: {
        input: "mlp_out",
        maxLatents: 200,
        pythiaSize: "2_32768",
        pruneWithCorrupt: false,
        how:
          "They are those of the MLP outputs of pythia-70m-deduped, size 2_32768, by Sam Marks (dictionary_learning): fetch " +
          "pythia-70m-deduped/mlp_out_layerN/2_32768/ae.pt for the blocks N = 0 to 5 into one folder, each under its own mlp_out_layerN",
      },
    }),
  ],
};
