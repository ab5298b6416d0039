import { expect, it } from "vitest";
import { loadPrompts } from "./load-prompts.ts";
import { promptsInTokens } from "./prompts-in-tokens.ts";

const pair = (i: number, clean: number, corrupt = clean) => ({
  clean: Array.from({ length: clean }, (_, at) => i + at),
  corrupt: Array.from({ length: corrupt }, (_, at) => i + at + 1),
  ...{ answers: [7], wrong_answers: [8] },
});
const prompts = [pair(0, 4), pair(10, 3), pair(20, 3), pair(30, 4, 3)];
const how = { padId: 0 };

it("tells how long prompts are, and gives them for the loader", async () => {
  const { source, pairs, shortest, longest } = await promptsInTokens({ prompts, task: "Numbers" }, how);
  expect([pairs.length, shortest, longest, source.title]).toEqual([4, 3, 4, "Numbers"]);
  using all = await loadPrompts({ prompts }, { ...how, all: true });
  expect(pairs.map(({ clean }) => clean)).toEqual(all.prompts.map(({ clean }) => clean));
});

it("takes those of one length alone, of both prompts", async () => {
  const { source, pairs, shortest, longest } = await promptsInTokens({ prompts }, { ...how, seqLen: 3 });
  expect([shortest, longest]).toEqual([3, 3]);
  expect(pairs.map(({ clean }) => clean[0])).toEqual([10, 20]);
  expect(source.prompts.map(({ where }) => where.slice(-10))).toEqual(["prompts[1]", "prompts[2]"]);
  expect((await promptsInTokens(source, { ...how, oneLength: true })).pairs).toEqual(pairs);
});

it("says which length there is instead, and which prompt differs", async () => {
  await expect(promptsInTokens({ prompts }, { ...how, seqLen: 9 })).rejects.toThrow(
    /^No prompt pair has 9 tokens\. Most frequent are 3 tokens: `seqLen: 3` takes 2 of 4 pairs\.$/,
  );
  await expect(promptsInTokens({ prompts }, { ...how, oneLength: true })).rejects.toThrow(
    /3 to 4 tokens, but a circuit by token needs one length: `clean` of prompt 1 has 3, `clean` of prompt 0 has 4\. .*`seqLen: 3`/,
  );
  const corrupt = [pair(0, 3), pair(10, 3, 4)];
  await expect(promptsInTokens({ prompts: corrupt }, { ...how, oneLength: true })).rejects.toThrow(
    /`corrupt` of prompt 1 has 4/,
  );
  await expect(promptsInTokens({ prompts: [pair(0, 3, 4)] }, { ...how, seqLen: 4 })).rejects.toThrow(
    /never have the same length/,
  );
});
