import { Option } from "commander";
import { RANKS } from "./names.ts";

/** The option that says what the edges of saved scores are ranked by. */
export function rankOption(): Option {
  return new Option(
    "--rank <how>",
    "of saved scores: by their size, or signed, so that edges which harm the task come last (default: as they were found with, else absolute)",
  ).choices(RANKS);
}
