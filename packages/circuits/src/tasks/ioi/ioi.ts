import type { RawTextPrompt } from "../../prompts/prompt-file.ts";
import type { ReadyTask } from "../../ready-task/ready-task.ts";
import { textTask } from "../../ready-task/text-task.ts";
import { GPT2, GPT2_AUTOENCODERS } from "../models.ts";
import {
  type DataSetGenerator,
  known,
  type PublishedCircuit,
  type PublishedTask,
  type TextDataSetGenerator,
} from "../published-task.ts";
import { ioiEdges, ioiHeadBasedEdges, ioiMlp0OnlyEdges } from "./edges.ts";
import { IOI_WORDS } from "./heads.ts";
import { IOI_TEMPLATE_COUNT, type IoiForm, ioiPrompts } from "./prompts.ts";

const PAPER = "Wang et al. 2022, Interpretability in the Wild (arXiv:2211.00593)";
const MODEL = "GPT-2 small";

const byEdges: PublishedCircuit = {
  name: "ioi-edges",
  description: "indirect object identification, edge by edge",
  model: MODEL,
  paper: `${PAPER}; edges of ACDC and AutoCircuit`,
  words: IOI_WORDS,
  edges: ioiEdges,
};

const mlp0Only: PublishedCircuit = {
  name: "ioi-mlp-0-only-edges",
  description: "the same without the MLPs but the first",
  model: MODEL,
  paper: `${PAPER}; edges of AutoCircuit`,
  words: IOI_WORDS,
  edges: ioiMlp0OnlyEdges,
};

const byHeads: PublishedCircuit = {
  name: "ioi-head-based-edges",
  description: "indirect object identification by heads",
  model: MODEL,
  paper: `${PAPER}; positions of AutoCircuit`,
  words: ["S1+1", "S2", "end"],
  edges: ioiHeadBasedEdges,
};

const vanilla: TextDataSetGenerator = (options) => ioiPrompts({ count: 400, ...options, form: "vanilla" });
const mixed: TextDataSetGenerator = (options) => ioiPrompts({ count: 300, ...options, form: "mixed" });

const FORMS: readonly IoiForm[] = (["ABBA", "BABA"] as const).flatMap((order) =>
  Array.from({ length: IOI_TEMPLATE_COUNT }, (_, template) => ({ order, template })),
);

const TASK = {
  ...GPT2,
  title: "Indirect Object Identification",
  description: "names the person who does not come again",
} as const;

/** By components, prompts of several lengths: another model's are all of one. */
const COMPONENTS = {
  ...TASK,
  prompts: mixed,
  promptsElsewhere: (options) => ioiPrompts({ count: 300, ...options, form: "vanilla" }),
  byToken: false,
} satisfies { promptsElsewhere: TextDataSetGenerator; [field: string]: unknown };

/** Which of two people is given something: indirect object identification. */
export const ioi: PublishedTask<ReadyTask<RawTextPrompt>> = {
  circuits: [byEdges, mlp0Only, byHeads],
  textDataSets: { ioi: vanilla, "ioi-mixed": mixed },
  dataSets: [
    vanilla,
    mixed,
    ...FORMS.map(
      (form): DataSetGenerator =>
        (options) =>
          ioiPrompts({ ...options, form }),
    ),
  ],
  tasks: [
    textTask({
      ...TASK,
      name: "ioi-token",
      key: "Indirect Object Identification Token Circuit",
      circuits: known({ "head-based": byHeads, edges: byEdges, "mlp-0-only": mlp0Only }),
      prompts: vanilla,
      byToken: true,
      batchSize: { train: 300, test: 100 },
      batchCount: 1,
    }),
    textTask({
      ...COMPONENTS,
      name: "ioi-component",
      key: "Indirect Object Identification Component Circuit",
      circuits: known({ edges: byEdges, "mlp-0-only": mlp0Only, "head-based": byHeads }),
      batchSize: 64,
      batchCount: 2,
    }),
    textTask({
      ...COMPONENTS,
      name: "ioi-autoencoder",
      key: "Indirect Object Identification GPT2 Autoencoder Component Circuit",
      circuits: {},
      batchSize: 1,
      batchCount: 2,
      autoencoders: GPT2_AUTOENCODERS,
    }),
  ],
};
