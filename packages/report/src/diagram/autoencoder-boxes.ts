import { formatCount } from "../format.ts";
import { autoencoderSource } from "../latents/latent-name.ts";
import { fit, pixels, wrap } from "../text-width.ts";
import type { Box } from "./boxes.ts";

/** Size of the text that says what a latent stands for. */
export const meaningSize = 10.5;
/** From one line of it to the next. */
export const meaningLine = 12;
const mostLines = 3;
/** Boxes grow no wider than this for what latents stand for. */
const widestMeaning = 84;
/** Room at both sides of it together. */
const meaningRoom = 10;

/** Space between the frame around what an autoencoder writes and what is in it. */
export const framePad = 5;

/**
 * What a box says where that is not its name: a latent, weaker latents and an error as in the studio, for whose they are stands below them.
 *
 * @param members names of what shares the box
 */
export function shortName({ kind, name }: Pick<Box, "kind" | "name">, members: readonly string[] = []): string {
  if (kind === "error") return "Error";
  if (kind === "heads" || (kind === "latents" && members.length !== 1)) return `${formatCount(members.length)} more`;
  const latent = autoencoderSource(members[0] ?? name)?.latent;
  return kind === "latent" || kind === "latents" ? `L${latent}` : name;
}

/** What a latent stands for, in the lines that its box has room for. */
export function meaningLines(label: string | undefined, boxWidth: number): string[] {
  if (label === undefined) return [];
  const measure = (text: string) => pixels(text, meaningSize);
  const lines = wrap(label.replace(/\s+/g, " "), boxWidth - meaningRoom, measure);
  const kept =
    lines.length > mostLines ? [...lines.slice(0, mostLines - 1), lines.slice(mostLines - 1).join(" ")] : lines;
  return kept.map((line) => fit(line, boxWidth - meaningRoom, measure));
}

/** How wide a box has to be for what a latent stands for. */
export function meaningWidth(label: string | undefined): number {
  return label === undefined ? 0 : Math.min(widestMeaning, pixels(label, meaningSize) + meaningRoom);
}
