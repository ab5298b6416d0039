import { continueTokens, loadModel } from "@autocircuit/models";
import { expect, it } from "vitest";
import { smallGpt2 } from "../../test/run-program.ts";
import { continueShown } from "./continue-shown.ts";

it("shows what there is of a text that is stopped, and nothing where there is none", async () => {
  using model = await loadModel(smallGpt2);
  const { tokens } = await continueTokens(model, [3, 1, 4], { maxTokens: 9 });
  for (const last of [0, 4]) {
    const abort = new AbortController();
    const onToken = (written: number) => written === last && abort.abort();
    if (last === 0) abort.abort();
    const shown: (readonly number[])[] = [];
    const stopped = continueShown(model, [3, 1, 4], { maxTokens: 9, onToken, signal: abort.signal }, (some) =>
      shown.push([...some]),
    );
    await expect(stopped).rejects.toMatchObject({ code: "aborted" });
    expect(shown).toEqual(last === 0 ? [] : [tokens.slice(0, last)]);
  }
});
