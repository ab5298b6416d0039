import { join } from "node:path";
import { libraryName } from "./libtorch.ts";

/** The names of the targets. */
export const buildTargets = ["addon", "prebuilt", "tests", "pretend-device", "operators"] as const;

/**
 * What can be built: the addon, the same for other machines, the program that runs the unit tests written in C++, the device for tests that
 * has the CUDA library's kernels and the host's memory, or the operators as a library for Python.
 */
export type BuildTarget = (typeof buildTargets)[number];

/** What the build of a target needs to know. */
export interface TargetFacts {
  /** For people. */
  readonly what: string;
  /** Its name in CMakeLists.txt. */
  readonly name: string;
  /** Its file, in the build folder. */
  readonly output: string;
  /** Its stamp's file there. */
  readonly stamp: string;
  /** The folders whose files it is made from. */
  readonly folders: readonly string[];
}

const TARGETS: Readonly<Record<BuildTarget, TargetFacts>> = {
  addon: {
    what: "the addon",
    name: "autocircuit",
    output: join("Release", "autocircuit.node"),
    stamp: "stamp.json",
    folders: ["src", "cmake"],
  },
  prebuilt: {
    what: "the addon for other machines",
    name: "autocircuit_prebuilt",
    output: join("prebuilt", "autocircuit.node"),
    stamp: "prebuilt-stamp.json",
    folders: ["src", "cmake"],
  },
  tests: {
    what: "the C++ unit tests",
    name: "autocircuit_tests",
    output: process.platform === "win32" ? join("Release", "autocircuit_tests.exe") : "autocircuit_tests",
    stamp: "tests-stamp.json",
    folders: ["src", "test", "cmake", "cuda"],
  },
  "pretend-device": {
    what: "the pretend device",
    name: "autocircuit_pretend_device",
    output: join("Release", libraryName("autocircuit_pretend_device")),
    stamp: "pretend-device-stamp.json",
    folders: ["src", "test", "cmake", "cuda"],
  },
  operators: {
    what: "the operators for Python",
    name: "autocircuit_operators",
    output: join("Release", libraryName("autocircuit_operators")),
    stamp: "operators-stamp.json",
    folders: ["src", "test", "cmake"],
  },
};

/** What the build of a target needs to know. */
export function targetFacts(target: BuildTarget): TargetFacts {
  return TARGETS[target];
}
