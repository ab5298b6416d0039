import { expect, it } from "vitest";
import { shownCommand } from "./shown-command.ts";

it("names no path of the machine", () => {
  expect(shownCommand(["peers", "--python", "/home/me/bin/python", "--docs", "--json", "/tmp/x.json"])).toBe(
    "npm run bench -- peers --python PEERS/bin/python --docs",
  );
  expect(shownCommand(["peers", "--model", "/data/gpt2", "--prompt-count", "8"])).toBe(
    "npm run bench -- peers --model MODEL --prompt-count 8",
  );
});
