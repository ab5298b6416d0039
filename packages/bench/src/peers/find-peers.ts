import { fileURLToPath } from "node:url";
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
      problems: [`No Python was named: ${names} did not run. Give --python PROGRAM, one that has them.`],
    };
  }
  // As this project's threads, theirs sleep when they have nothing to do, so that processor time counts work.
  const command: Command = { program: python, args: [SERVE], env: { OMP_WAIT_POLICY: "passive" } };
  const looked = await Promise.all(wanted.map((peer) => look(command, peer, signal)));
  return {
    found: looked.filter((one) => typeof one !== "string"),
    problems: looked.filter((one) => typeof one === "string"),
  };
}

async function look(command: Command, peer: Peer, signal?: AbortSignal): Promise<Found | string> {
  try {
    const { versions } = await ask(command, peer, { do: "versions", peer }, signal);
    return { peer, command, versions: versions as Record<string, string> };
  } catch (error) {
    if (!(error instanceof ParticipantError) || signal?.aborted) throw error;
    const get = error.missing ? ` To get it: ${HOW[peer]}.` : "";
    return `${peer} did not run: ${command.program} ${error.missing ? "lacks it: " : ""}${error.message}.${get}`;
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
