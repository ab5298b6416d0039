import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

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
    include: ["native/{lib,test}/**/*.test.ts", "packages/*/{src,test}/**/*.test.ts"],
    pool: "forks",
    // Vitest itself would leave a processor free for watching files.
    maxWorkers: availableParallelism(),
    // Test networks are tiny: threads would only wait for each other on shared cores.
    env: { OMP_NUM_THREADS: "1" },
    testTimeout: 60_000,
    reporters: ["default"],
  },
});
