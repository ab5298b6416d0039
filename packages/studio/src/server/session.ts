import { LESS_THEIR_MEAN, version } from "@autocircuit/base";
import { ablationTypes, type OutputSlice, patchTypes } from "@autocircuit/core";
import { algorithms, presets } from "@autocircuit/discovery";
import type { PromptsInfo, Session } from "../api/index.ts";
import { graphTable } from "./graph-table.ts";
import type { StudioSubject } from "./model/studio-subject.ts";
import type { ScoreSets } from "./sets/score-sets.ts";

/** What of a session the subject does not say. */
export interface SessionFacts {
  /** Another for each start. */
  readonly run: string;
  readonly savesTo: string | null;
  readonly attributionGraph: string | null;
}

/** What the page is told when it opens. */
export function sessionOf(subject: StudioSubject, sets: ScoreSets, facts: SessionFacts): Session {
  const { model, title, modelName } = subject;
  return {
    version,
    ...facts,
    title,
    model: modelName ?? null,
    device: model.device,
    logits: model.centeredLogits ? LESS_THEIR_MEAN : null,
    graph: graphTable(model.graph, model.config.layers),
    prompts: promptsInfo(subject),
    ablations: ablationTypes,
    defaultAblation: "resample",
    patchTypes,
    scoreSets: sets.list(),
    algorithms: Object.entries(algorithms).map(([name, algorithm]) => ({
      name,
      description: algorithm.description,
      paper: "paper" in algorithm ? algorithm.paper : null,
      options: algorithm.options,
    })),
    presets: Object.entries(presets).map(([key, { algorithm, options }]) => ({ key, algorithm, options })),
    tokenizer: model.tokenizer !== null,
  };
}

function promptsInfo(subject: StudioSubject): PromptsInfo {
  const { model, prompts, tokenLabels, varyingTokens = [] } = subject;
  const seqLen = Math.max(0, ...prompts.batches.map((batch) => batch.seqLen));
  const given = tokenLabels ?? prompts.tokenLabels;
  const labels = given?.length === seqLen ? given : null;
  return {
    count: prompts.promptCount,
    seqLen,
    outputSlice: sliceText(model.outputSlice),
    tokenLabels: labels,
    varyingTokens: labels ? varyingTokens : [],
    prefix: prompts.seqStart > 0 ? `${prompts.seqStart} tokens` : null,
  };
}

function sliceText(slice: OutputSlice): string {
  return typeof slice === "object" ? `position ${slice.position}` : slice;
}
