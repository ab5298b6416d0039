import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/** Files that look at the clock: what holds up an event loop, what keeps to its seconds. */
export const QUIET = [
  "native/test/event-loop.test.ts",
  "packages/discovery/src/long-runs.test.ts",
  "packages/discovery/src/selection/long-selections.test.ts",
];

/** Files that look at their process: its memory, its devices, or how it ends. */
export const ALONE = [
  "native/test/{another-device,exit,memory}.test.ts",
  "packages/autoencoders/src/autoencoder.test.ts",
  "packages/bench/src/peak-memory.test.ts",
  "packages/cli/src/support/use-device.test.ts",
  "packages/cli/test/interrupt.test.ts",
  "packages/core/src/ablations/ablations.test.ts",
  "packages/core/src/runs/run-circuits.test.ts",
  "packages/discovery/src/{another-device,slices}.test.ts",
  "packages/discovery/src/edge-pruning/edge-pruning.test.ts",
  "packages/discovery/src/probing/subnetwork-probing.test.ts",
  "packages/discovery/src/spans/crossing-scores.test.ts",
  "packages/discovery/src/ugs/ugs.test.ts",
  "packages/metrics/src/full-model.test.ts",
  "packages/metrics/src/circuit-meter/circuit-meter.test.ts",
  "packages/models/src/load-parts.test.ts",
  "packages/models/src/safetensors/tensor-from-file.test.ts",
  "packages/studio/src/browser-tests/browser.test.ts",
  "packages/studio/src/server/attacks.test.ts",
];

export default defineConfig({
  // "source" makes workspace packages resolve to their TypeScript, so tests never run stale builds.
  ssr: {
    resolve: {
      conditions: ["source", "node", "import", "default"],
      externalConditions: ["source", "node", "import", "default"],
    },
  },
  resolve: { conditions: ["source", "node", "import", "default"] },
  test: {
    pool: "forks",
    // Vitest itself would leave a processor free for watching files.
    maxWorkers: availableParallelism(),
    unstubEnvs: true,
    unstubGlobals: true,
    restoreMocks: true,
    // Test networks are tiny: threads would only wait for each other on shared cores.
    env: { OMP_NUM_THREADS: "1" },
    testTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: "together",
          include: ["native/{lib,test}/**/*.test.ts", "packages/*/{src,test}/**/*.test.ts", "scripts/**/*.test.mjs"],
          exclude: [...QUIET, ...ALONE],
          // Loading the packages takes longer than most files' tests: a process loads them once. What a test changes for all is put back.
          isolate: false,
        },
      },
      // One after the other once the rest is done: a process each, with nothing beside it.
      { extends: true, test: { name: "quiet", include: QUIET, maxWorkers: 1, sequence: { groupOrder: 1 } } },
      // The same; what runs outside of the process may run beside it, and in `npm test` does.
      { extends: true, test: { name: "alone", include: ALONE, maxWorkers: 1, sequence: { groupOrder: 2 } } },
    ],
    reporters: ["default"],
  },
});
