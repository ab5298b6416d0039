import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/**
 * Opens the address in the user's browser, where there is a display. The browser gets a file that leads there, which only the user can read:
 * a command line, with the token in it, could be seen by everybody on the machine.
 *
 * @returns what removes the file again; undefined where nothing was opened
 */
export function openBrowser(address: string, print: (line: string) => void): Disposable | undefined {
  const opener = openerOf(process.platform, process.env);
  if (opener === undefined) {
    print("There is no display here: open the address in a browser.");
    return undefined;
  }
  const folder = mkdtempSync(join(tmpdir(), "autocircuit-studio-"));
  const file = join(folder, "studio.html");
  writeFileSync(file, `<!doctype html><meta http-equiv="refresh" content="0;url=${address}">\n`, { mode: 0o600 });
  const [program, ...args] = [...opener, pathToFileURL(file).href];
  const child = spawn(program!, args, { stdio: "ignore", detached: true });
  child.on("error", () => print("No browser could be opened: open the address in one."));
  child.unref();
  return { [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

/** The command that opens an address; undefined without a display. */
export function openerOf(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): string[] | undefined {
  if (platform === "darwin") return ["open"];
  if (platform === "win32") return ["explorer"];
  return env.DISPLAY || env.WAYLAND_DISPLAY ? ["xdg-open"] : undefined;
}
