import { gpt2Tokenizer } from "@autocircuit/models";
import { animalDietPrompts } from "../data/animal-diet.ts";
import { capitalCitiesPrompts } from "../data/capital-cities.ts";
import { docstringPrompts } from "../data/docstring.ts";
import { greaterthanPrompts } from "../data/greaterthan.ts";
import { ioiPrompts } from "../data/ioi.ts";
import type { TextPromptRecord } from "../data/prompt-file.ts";
import { sportsPlayersPrompts } from "../data/sports-players.ts";
import { publishedCircuits } from "../edges/published-circuits.ts";
import { ATTN_ONLY_4L, GPT2_SMALL, PYTHIA_2_8B, PYTHIA_70M } from "../edges/published-model.ts";
import type { KnownCircuit, ReadyTask } from "./ready-task.ts";
import { type TextTaskSpec, textTask } from "./text-task.ts";

const GPT2 = {
  model: GPT2_SMALL,
  hub: {
    id: "openai-community/gpt2",
    how: "It is openai-community/gpt2 on the Hugging Face hub (548 MB); give that name as the model to fetch it, or download the folder",
  },
  tokenizer: gpt2Tokenizer,
} as const;

const ATTN_ONLY = {
  model: ATTN_ONLY_4L,
  hub: {
    id: "NeelNanda/Attn_Only_4L512W_C4_Code",
    how:
      "It is NeelNanda/Attn_Only_4L512W_C4_Code on the Hugging Face hub, tokenizer NeelNanda/gpt-neox-tokenizer-digits; save TransformerLens's " +
      "attn-only-4l as model.safetensors with its config.json (docs/circuits.md says how)",
  },
} as const;

const PYTHIA = {
  model: PYTHIA_2_8B,
  hub: {
    id: "EleutherAI/pythia-2.8b-deduped",
    how: "It is EleutherAI/pythia-2.8b-deduped on the Hugging Face hub (5.7 GB); give that name as the model to fetch it, or download the folder",
  },
  separateQkv: false,
} as const;

const GPT2_AUTOENCODERS = {
  input: "resid_delta_mlp",
  pruneWithCorrupt: false,
  how:
    "They are OpenAI's of GPT-2 small: fetch sparse-autoencoder/gpt2-small/resid_delta_mlp/autoencoders/N.pt from its public storage " +
    "(openaipublic) for the blocks N = 0 to 11 into a folder resid_delta_mlp/autoencoders",
} as const;

const IOI = { title: "Indirect Object Identification", description: "names the person who does not come again" };
const DOCSTRING = { title: "Docstring", description: "names the third parameter in a docstring" };
const SPORTS = { title: "Sports Players", description: "names the sport of an athlete" };

const SPECS: readonly TextTaskSpec[] = [
  {
    ...GPT2,
    ...IOI,
    name: "ioi-token",
    key: "Indirect Object Identification Token Circuit",
    circuits: known({ "head-based": "ioi-head-based-official-edges", ...ioiByEdges() }),
    prompts: (options) => ioiPrompts({ count: 400, ...options, form: "vanilla" }),
    byToken: true,
    batchSize: { train: 300, test: 100 },
    batchCount: 1,
  },
  {
    ...GPT2,
    ...IOI,
    name: "ioi-component",
    key: "Indirect Object Identification Component Circuit",
    circuits: known({ ...ioiByEdges(), "head-based": "ioi-head-based-official-edges" }),
    prompts: (options) => ioiPrompts({ count: 300, ...options, form: "mixed" }),
    promptsElsewhere: (options) => ioiPrompts({ count: 300, ...options, form: "vanilla" }),
    byToken: false,
    batchSize: 64,
    batchCount: 2,
  },
  {
    ...GPT2,
    name: "greaterthan-component",
    key: "Greaterthan Component Circuit",
    title: "Greaterthan",
    description: "gives a later year",
    circuits: known({ true: "greaterthan-true-edges" }),
    prompts: greaterthanPrompts,
    byToken: false,
    batchSize: 64,
    batchCount: 2,
  },
  {
    ...ATTN_ONLY,
    ...DOCSTRING,
    name: "docstring-token",
    key: "Docstring Token Circuit",
    circuits: known({ "node-based": "docstring-node-based-official-edges", true: "docstring-true-edges" }),
    prompts: docstringPrompts,
    byToken: true,
    batchSize: 128,
    batchCount: 2,
  },
  {
    ...ATTN_ONLY,
    ...DOCSTRING,
    name: "docstring-component",
    key: "Docstring Component Circuit",
    circuits: known({ true: "docstring-true-edges", "node-based": "docstring-node-based-official-edges" }),
    prompts: docstringPrompts,
    byToken: false,
    batchSize: 128,
    batchCount: 2,
  },
  {
    ...PYTHIA,
    ...SPORTS,
    name: "sports-players-token",
    key: "Sports Players Token Circuit",
    circuits: known({ true: "sports-players-true-edges" }),
    prompts: sportsPlayersPrompts,
    byToken: true,
    batchSize: { train: 10, test: 20 },
    batchCount: { train: 10, test: 5 },
  },
  {
    ...PYTHIA,
    ...SPORTS,
    name: "sports-players-component",
    key: "Sports Players Component Circuit",
    circuits: known({ true: "sports-players-true-edges" }),
    prompts: sportsPlayersPrompts,
    byToken: false,
    batchSize: 15,
    batchCount: 7,
  },
  {
    ...GPT2,
    ...IOI,
    name: "ioi-autoencoder",
    key: "Indirect Object Identification GPT2 Autoencoder Component Circuit",
    circuits: {},
    prompts: (options) => ioiPrompts({ count: 300, ...options, form: "mixed" }),
    promptsElsewhere: (options) => ioiPrompts({ count: 300, ...options, form: "vanilla" }),
    byToken: false,
    batchSize: 1,
    batchCount: 2,
    autoencoders: GPT2_AUTOENCODERS,
  },
  {
    ...GPT2,
    name: "greaterthan-autoencoder",
    key: "Greaterthan GPT2 Autoencoder Component Circuit",
    title: "Greaterthan",
    description: "gives a later year",
    circuits: {},
    prompts: greaterthanPrompts,
    byToken: false,
    batchSize: 1,
    batchCount: 2,
    autoencoders: GPT2_AUTOENCODERS,
  },
  {
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
  },
  {
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
      input: "resid_delta_mlp",
      maxLatents: 200,
      pythiaSize: "2_32768",
      pruneWithCorrupt: false,
      how:
        "They are those of the MLP outputs of pythia-70m-deduped, size 2_32768, by Sam Marks (dictionary_learning): fetch " +
        "pythia-70m-deduped/mlp_out_layerN/2_32768/ae.pt for the layers N = 0 to 5 into one folder, each under its own mlp_out_layerN",
    },
  },
];

/**
 * The tasks of the papers, with AutoCircuit's keys, batch sizes and output slices. Their models have trained weights, which are not part of
 * this package.
 */
export const textTasks: readonly ReadyTask<TextPromptRecord>[] = SPECS.map(textTask);

function ioiByEdges() {
  return { true: "ioi-true-edges", "mlp-0-only": "ioi-true-edges-mlp-0-only" };
}

/** Published circuits under the short names that a task has for them. */
function known(names: Readonly<Record<string, string>>): Record<string, KnownCircuit> {
  return Object.fromEntries(
    Object.entries(names).map(([short, name]) => {
      const { description, paper, edges } = publishedCircuits[name]!;
      return [short, { description, source: paper, edges }];
    }),
  );
}
