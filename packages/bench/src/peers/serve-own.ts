import { readFile, writeFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { AutocircuitError } from "@autocircuit/base";
import { setThreads, versions } from "@autocircuit/native";
import type { Case, ModelSource } from "./case.ts";
import { measuredModel, promptsOf, shareModel } from "./measured-model.ts";
import { type OwnRun, ownRun } from "./own-runs.ts";

type Message =
  | { do: "versions" }
  | { do: "share"; model: ModelSource; file: string }
  | { do: "open"; case: string }
  | { do: "run" }
  | { do: "result"; file: string };

/** This project's side of a comparison: answers on standard output what `python/serve.py` answers for another tool. */
export async function serveOwn(): Promise<void> {
  let opened: OwnRun | undefined;
  const answer = async (message: Message): Promise<object> => {
    switch (message.do) {
      case "versions": {
        const { addon, libtorch } = versions();
        return { versions: { autocircuit: addon, libtorch, node: process.versions.node } };
      }
      case "share":
        return shareModel(message.model, message.file);
      case "open": {
        const asked = JSON.parse(await readFile(message.case, "utf8")) as Case;
        await setThreads(asked.threads);
        opened = await ownRun(await measuredModel(asked.model), promptsOf(asked.prompts), asked);
        return {};
      }
      case "run":
        return opened!.run();
      case "result": {
        const numbers = await opened!.numbers();
        await writeFile(message.file, new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength));
        return { count: numbers.length };
      }
    }
  };
  for await (const line of createInterface({ input: process.stdin })) {
    const answered = await answer(JSON.parse(line)).catch((error: Error) => ({
      error: error.message,
      ...(error instanceof AutocircuitError && { code: error.code }),
    }));
    process.stdout.write(`${JSON.stringify(answered)}\n`);
  }
}
