import type { RawPrompt } from "../raw-prompt.ts";

/** Two-digit years of a century after `year`, and those up to it, as greater-than prompts are answered. */
export function yearAnswers(
  year: number,
  upTo: "including" | "excluding",
): Pick<RawPrompt, "answers" | "wrong_answers"> {
  const two = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => String(from + i).padStart(2, "0"));
  return { answers: two(year + 1, 100), wrong_answers: two(0, upTo === "including" ? year + 1 : year) };
}
