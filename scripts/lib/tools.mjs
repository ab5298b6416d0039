import { run } from "./run.mjs";
import { StepError } from "./steps.mjs";

/**
 * Refuses to go on without tools, all that are missing at once.
 *
 * @param {Readonly<Record<string, string>>} packages of each tool the package of Debian that has it
 * @throws StepError with the tools that cannot be started, and how to get them
 */
export async function requireTools(packages) {
  const tools = Object.keys(packages);
  const starts = await Promise.all(
    tools.map((tool) =>
      run(tool, ["--version"], { show: "none" }).then(
        ({ code }) => code === 0,
        () => false,
      ),
    ),
  );
  const missing = tools.filter((_, i) => !starts[i]);
  if (missing.length === 0) return;
  const named = missing.map((tool) => packages[tool]).join(" ");
  throw new StepError(`Cannot start ${missing.join(", ")}. On Debian: apt-get install ${named}`);
}
