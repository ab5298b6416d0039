import type { RawTextPrompt } from "../../prompts/prompt-file.ts";
import type { ReadyTask } from "../../ready-task/ready-task.ts";
import { textTask } from "../../ready-task/text-task.ts";
import { ATTN_ONLY } from "../models.ts";
import { known, type PublishedCircuit, type PublishedTask } from "../published-task.ts";
import { DOCSTRING_WORDS, docstringEdges, docstringNodeBasedEdges } from "./edges.ts";
import { docstringPrompts } from "./prompts.ts";

const POST = "Heimersheim and Janiak 2023, A circuit for Python docstrings (Alignment Forum)";
const MODEL = "attn-only-4l";

const byEdges: PublishedCircuit = {
  name: "docstring-edges",
  description: "the third parameter in a docstring, edge by edge",
  model: MODEL,
  paper: `${POST}; edges of ACDC and AutoCircuit`,
  words: DOCSTRING_WORDS,
  edges: docstringEdges,
};

const byHeads: PublishedCircuit = {
  name: "docstring-node-based-edges",
  description: "the third parameter in a docstring by heads",
  model: MODEL,
  paper: `${POST}; positions of AutoCircuit`,
  words: DOCSTRING_WORDS,
  edges: docstringNodeBasedEdges,
};

const TASK = {
  ...ATTN_ONLY,
  title: "Docstring",
  description: "names the third parameter in a docstring",
  prompts: docstringPrompts,
  batchSize: 128,
  batchCount: 2,
} as const;

/** The parameter that comes next in a Python docstring. */
export const docstring: PublishedTask<ReadyTask<RawTextPrompt>> = {
  circuits: [byEdges, byHeads],
  textDataSets: { docstring: docstringPrompts },
  dataSets: [docstringPrompts],
  tasks: [
    textTask({
      ...TASK,
      name: "docstring-token",
      key: "Docstring Token Circuit",
      circuits: known({ "node-based": byHeads, edges: byEdges }),
      byToken: true,
    }),
    textTask({
      ...TASK,
      name: "docstring-component",
      key: "Docstring Component Circuit",
      circuits: known({ edges: byEdges, "node-based": byHeads }),
      byToken: false,
    }),
  ],
};
