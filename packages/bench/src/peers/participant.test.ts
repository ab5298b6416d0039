import { afterEach, describe, expect, it } from "vitest";
import { type Command, Participant } from "./participant.ts";

const open: Participant[] = [];
const program = (code: string): Command => ({ program: process.execPath, args: ["-e", code] });
const start = (command: Command) => {
  const participant = new Participant("tool", command);
  open.push(participant);
  return participant;
};
/** Answers each line with what `reply`, an expression of `message`, gives. */
const answering = (reply: string) =>
  start(
    program(
      `require("readline").createInterface({input: process.stdin}).on("line", (line) => { const message = JSON.parse(line); console.log(${reply}) })`,
    ),
  );

afterEach(async () => {
  for (const participant of open.splice(0)) await participant.close();
});

describe("Participant", () => {
  it("answers one question after the other", async () => {
    const twice = answering("JSON.stringify({ twice: 2 * message.number })");
    expect(await twice.ask({ number: 4 }, 30)).toEqual({ twice: 8 });
    expect(await twice.ask({ number: 5 }, 30)).toEqual({ twice: 10 });
  });

  it("tells an error of the tool, and goes on", async () => {
    const tool = answering('JSON.stringify(message.bad ? { error: "ValueError: no", missing: true } : { fine: 1 })');
    await expect(tool.ask({ bad: true }, 30)).rejects.toMatchObject({ message: "ValueError: no", missing: true });
    expect(await tool.ask({}, 30)).toEqual({ fine: 1 });
  });

  it("tells how a process ended, with what it printed last", async () => {
    const dying = start(program('console.error("Killed: out of memory"); process.exit(3)'));
    await expect(dying.ask({}, 30)).rejects.toThrow(/ended \(exit code 3\). It last printed:\nKilled: out of memory/);
    await expect(dying.ask({}, 30)).rejects.toThrow(/exit code 3/);
  });

  it("tells a program that is not there", async () => {
    await expect(start({ program: "no-such-python", args: [] }).ask({}, 30)).rejects.toThrow(/could not be started/);
  });

  it("refuses what is no JSON object", async () => {
    await expect(answering('"loading ..."').ask({}, 30)).rejects.toThrow(/no JSON object: loading/);
  });

  it("gives up one that does not answer, and stops at once when asked to", async () => {
    await expect(start(program("setInterval(() => 0, 1000)")).ask({}, 0.5)).rejects.toThrow(/no answer in 0.5 s/);
    const stop = new AbortController();
    const asked = start(program("setInterval(() => 0, 1000)")).ask({}, 30, stop.signal);
    stop.abort();
    await expect(asked).rejects.toThrow(/was stopped/);
  });
});
