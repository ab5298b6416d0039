import { gpt2Tokenizer } from "@autocircuit/models";
import { docstringPrompts } from "../data/docstring.ts";
import { greaterthanPrompts } from "../data/greaterthan.ts";
import { ioiPrompts } from "../data/ioi.ts";
import type { TextPromptRecord } from "../data/prompt-file.ts";
import { sportsPlayersPrompts } from "../data/sports-players.ts";
import { publishedCircuits } from "../edges/published-circuits.ts";
import { ATTN_ONLY_4L, GPT2_SMALL, PYTHIA_2_8B } from "../edges/published-model.ts";
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
