import { AblatedList } from "./ablated-list.tsx";
import { DataSet } from "./data-set.tsx";
import { Outputs } from "./outputs.tsx";
import { PromptLine } from "./prompt-line.tsx";
import { RunChoices } from "./run-choices.tsx";

/** What is ablated and how, what the model says now, and how the data set does. */
export function RunPanel() {
  return (
    <>
      <RunChoices />
      <AblatedList />
      <PromptLine />
      <Outputs />
      <DataSet />
    </>
  );
}
