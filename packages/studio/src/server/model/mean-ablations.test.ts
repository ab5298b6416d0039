import { expect, it } from "vitest";
import { smallModel } from "../../../test/small-model.ts";
import { MeanAblations } from "./mean-ablations.ts";

const never = () => new AbortController().signal;

it("means over the data set are made once, also for those who come while they are made, and for others when one goes", async () => {
  const { model, prompts } = await smallModel();
  using _model = model;
  using means = new MeanAblations({ model, prompts, title: "small" }, never());
  const abort = new AbortController();
  const first = means.prepare("tokenwise-mean-clean", abort.signal);
  const second = means.prepare("tokenwise-mean-clean", never());
  abort.abort();
  await expect(first).rejects.toMatchObject({ code: "aborted" });
  await second;
  const made = await means.of("tokenwise-mean-clean", "corrupt", undefined, never());
  expect(await means.of("tokenwise-mean-clean", "clean", prompts.batches[1], never())).toBe(made);
  await expect(means.prepare("tokenwise-mean-clean", abort.signal)).rejects.toMatchObject({ code: "aborted" });
  // Types that are no means over the data set need nothing beforehand.
  await means.prepare("resample", abort.signal);
});

it("means over a batch are those of the prompt's batch, and a person's own prompts have none", async () => {
  const { model, prompts } = await smallModel();
  using _model = model;
  using means = new MeanAblations({ model, prompts, title: "small" }, never());
  const of = (batch: number | undefined, from: "clean" | "corrupt" = "corrupt") =>
    means.of("batch-tokenwise-mean", from, batch === undefined ? undefined : prompts.batches[batch], never());
  const [first, second] = [await of(0), await of(1)];
  expect(second).not.toBe(first);
  expect(await of(0)).toBe(first);
  expect(await of(0, "clean")).not.toBe(first);
  expect(await of(undefined)).toBeUndefined();
  expect(await means.of("resample", "corrupt", prompts.batches[0], never())).toBeUndefined();
});

it("what is being made ends when the studio closes", async () => {
  const { model, prompts } = await smallModel();
  using _model = model;
  const closing = new AbortController();
  using means = new MeanAblations({ model, prompts, title: "small" }, closing.signal);
  closing.abort();
  await expect(means.prepare("tokenwise-mean-corrupt", never())).rejects.toMatchObject({ code: "aborted" });
});
