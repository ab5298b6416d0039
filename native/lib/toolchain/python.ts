import { run } from "./run.ts";

/** A Python interpreter and what it can do for us. */
export interface Python {
  /** The command that starts it. */
  readonly command: string;
  /** Such as `3.12.4`. */
  readonly version: string;
  readonly pip: boolean;
  /** Folder of its installed `torch` package, when there is one. */
  readonly torch?: string;
}

/*
 * Finds packages without importing them: importing torch takes seconds and hundreds of megabytes.
 * The empty entry of sys.path is the working directory, where a folder called "torch" would be taken for the package.
 */
const FACTS = `
import importlib.util, json, os, sys
sys.path = [p for p in sys.path if p]
def folder(name):
    spec = importlib.util.find_spec(name)
    return os.path.dirname(spec.origin) if spec and spec.origin else None
print(json.dumps({"version": "%d.%d.%d" % sys.version_info[:3], "pip": folder("pip") is not None, "torch": folder("torch")}))
`;

/**
 * The first working interpreter of `AUTOCIRCUIT_PYTHON`, `python3` and `python`.
 *
 * @returns undefined when none starts.
 */
export async function findPython(env: NodeJS.ProcessEnv = process.env): Promise<Python | undefined> {
  const chosen = env.AUTOCIRCUIT_PYTHON;
  for (const command of chosen ? [chosen] : ["python3", "python"]) {
    const result = await run(command, ["-c", FACTS], { env, timeoutMs: 20_000 });
    if (result.code !== 0) continue;
    const facts = parseFacts(result.stdout);
    if (facts) {
      return {
        command,
        version: facts.version,
        pip: facts.pip,
        ...(facts.torch === null ? {} : { torch: facts.torch }),
      };
    }
  }
  return undefined;
}

function parseFacts(text: string): { version: string; pip: boolean; torch: string | null } | undefined {
  try {
    return JSON.parse(text.trim().split("\n").at(-1) ?? "");
  } catch {
    return undefined;
  }
}
