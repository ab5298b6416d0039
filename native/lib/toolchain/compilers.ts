import { run } from "./run.ts";

/** A build tool: its command and what it says about itself, or how to get it. */
export type BuildTool =
  | { readonly name: string; readonly command: string; readonly version: string; readonly fix?: undefined }
  | { readonly name: string; readonly command?: undefined; readonly fix: string };

const INSTALL: Record<string, { linux: string; darwin: string; win32: string }> = {
  "C++ compiler": {
    linux: "sudo apt-get install g++ (or your distribution's GCC 11 / Clang 14 or newer)",
    darwin: "xcode-select --install",
    win32: "install Visual Studio Build Tools with the C++ workload",
  },
  CMake: {
    linux: "sudo apt-get install cmake (or: python3 -m pip install cmake)",
    darwin: "brew install cmake (or: python3 -m pip install cmake)",
    win32: "winget install Kitware.CMake (or: python -m pip install cmake)",
  },
  Ninja: {
    linux: "sudo apt-get install ninja-build (builds work without it, more slowly)",
    darwin: "brew install ninja (builds work without it, more slowly)",
    win32: "winget install Ninja-build.Ninja (builds work without it, more slowly)",
  },
};

/** The C++ compiler that CMake will take: `CXX` when set, else the usual names. */
export function findCompiler(env: NodeJS.ProcessEnv = process.env): Promise<BuildTool> {
  const names = env.CXX ? [env.CXX] : process.platform === "win32" ? ["cl", "clang++"] : ["c++", "g++", "clang++"];
  return findTool("C++ compiler", names, env);
}

/** CMake, which is asked for by cmake-js under this very name. */
export function findCMake(env: NodeJS.ProcessEnv = process.env): Promise<BuildTool> {
  return findTool("CMake", ["cmake"], env);
}

/** Ninja; optional. */
export function findNinja(env: NodeJS.ProcessEnv = process.env): Promise<BuildTool> {
  return findTool("Ninja", ["ninja", "ninja-build"], env);
}

async function findTool(name: string, commands: readonly string[], env: NodeJS.ProcessEnv): Promise<BuildTool> {
  for (const command of commands) {
    const result = await run(command, ["--version"], { env, timeoutMs: 20_000 });
    // Microsoft's compiler knows no --version, but it says who it is.
    if (result.missing || (result.code !== 0 && command !== "cl")) continue;
    const version = `${result.stdout}\n${result.stderr}`.trim().split("\n")[0] ?? "";
    return { name, command, version };
  }
  const platform = process.platform === "darwin" || process.platform === "win32" ? process.platform : "linux";
  return { name, fix: INSTALL[name]![platform] };
}
