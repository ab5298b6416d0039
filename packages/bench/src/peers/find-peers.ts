import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { AutocircuitError } from "@autocircuit/base";
import type { Peer } from "./comparisons.ts";
import { type Answer, type Command, Participant, ParticipantError } from "./participant.ts";

/** The program that runs another tool. */
export const SERVE = fileURLToPath(new URL("../../python/serve.py", import.meta.url));

const HOOKED = "transformer-lens==2.16.1 'pyarrow<21' 'numpy<2'";

/** What each tool needs, for who lacks it. */
const HOW: Readonly<Record<Peer, string>> = {
  TransformerLens: `\`pip install ${HOOKED}\``,
  AutoCircuit: `\`pip install auto-circuit==1.0.1 attrs ${HOOKED}\``,
  "EAP-IG": `clone github.com/hannamw/EAP-IG, put its \`src\` on PYTHONPATH, and \`pip install matplotlib ${HOOKED}\``,
};

/** A tool that is there. */
export interface Found {
  peer: Peer;
  command: Command;
  versions: Readonly<Record<string, string>>;
}

/**
 * Which of the tools a Python has.
 *
 * @param python program; without it none is found
 * @throws AutocircuitError "not-found" for a Python that cannot be started, or that has none of them
 */
export async function findPeers(
  python: string | undefined,
  wanted: readonly Peer[],
  signal?: AbortSignal,
): Promise<{ found: Found[]; problems: string[] }> {
  if (python === undefined) {
    const names = wanted.join(", ");
    return {
      found: [],
      problems: [`Without a Python ${names} cannot be compared: give --python PROGRAM, one that has them.`],
    };
  }
  await requireProgram(python);
  // As this project's threads, theirs sleep when they have nothing to do, so that processor time counts work.
  const command: Command = { program: python, args: [SERVE], env: { OMP_WAIT_POLICY: "passive" } };
  const looked = await Promise.all(wanted.map((peer) => look(command, peer, signal)));
  const found = looked.filter((one) => typeof one !== "string");
  const problems = looked.filter((one) => typeof one === "string");
  if (found.length > 0 || wanted.length === 0) return { found, problems };
  const names = wanted.join(", ");
  throw new AutocircuitError(
    "not-found",
    `${python} has none of what is to be compared (${names}): name a Python that has, or none.\n${problems.join("\n")}`,
  );
}

/** @throws AutocircuitError "not-found" for a program that the system cannot start */
async function requireProgram(program: string): Promise<void> {
  const child = spawn(program, ["--version"], { stdio: "ignore" });
  try {
    await once(child, "spawn");
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? (cause as Error).message;
    throw new AutocircuitError("not-found", `${program} cannot be started (${why}): name a Python, or none.`, {
      cause,
    });
  }
  // One that answers no question would wait for its standard input, or run on.
  child.kill("SIGKILL");
}

async function look(command: Command, peer: Peer, signal?: AbortSignal): Promise<Found | string> {
  try {
    const { versions } = await ask(command, peer, { do: "versions", peer }, signal);
    return { peer, command, versions: versions as Record<string, string> };
  } catch (error) {
    if (!(error instanceof ParticipantError) || signal?.aborted) throw error;
    const get = error.missing ? ` To get it: ${HOW[peer]}.` : "";
    return `${peer} is left out: ${command.program} ${error.missing ? "lacks it: " : ""}${error.message}.${get}`;
  }
}

async function ask(command: Command, peer: Peer, message: Answer, signal?: AbortSignal): Promise<Answer> {
  const participant = new Participant(peer, command);
  try {
    return await participant.ask(message, 300, signal);
  } finally {
    await participant.close();
  }
}
