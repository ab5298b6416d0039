import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { expect, it } from "vitest";
import { arrayScript, jobName, ranges } from "./array-script.ts";

const options = { elements: [0, 1, 2, 5, 7, 8], command: ["echo"], name: "sweep", logs: "/tmp/logs" };

it("writes numbers as Slurm does", () => {
  expect(ranges([8, 7, 5, 0, 1, 2, 2])).toBe("0-2,5,7-8");
  expect(arrayScript({ ...options, atOnce: 3, time: "01:00:00", mem: "4G", partition: "gpu" })).toBe(
    `#!/bin/sh
#SBATCH --job-name=sweep
#SBATCH --array=0-2,5,7-8%3
#SBATCH --output=/tmp/logs/%a.txt
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=1
#SBATCH --time=01:00:00
#SBATCH --mem=4G
#SBATCH --partition=gpu
export OMP_NUM_THREADS=1 MKL_NUM_THREADS=1
exec echo --unit "$SLURM_ARRAY_TASK_ID"
`,
  );
});

it("names a job so that no option can come of it", () => {
  expect(["日本 x", "中国", "-a b.", "my plan", "..", "x".repeat(90)].map(jobName)).toEqual([
    "x",
    "sweep",
    "a-b",
    "my-plan",
    "sweep",
    "x".repeat(60),
  ]);
});

it("hands every word of the command over as it is", () => {
  const word = fc.string({ unit: "binary", minLength: 1, maxLength: 12 }).filter((text) => !text.includes("\0"));
  fc.assert(
    fc.property(fc.array(word, { maxLength: 4 }), (words) => {
      const script = arrayScript({ ...options, command: ["printf", "%s\\0", ...words] });
      const { stdout } = spawnSync("sh", ["-c", script], { env: { ...process.env, SLURM_ARRAY_TASK_ID: "7" } });
      expect(stdout.toString()).toBe([...words, "--unit", "7"].map((text) => `${text}\0`).join(""));
    }),
    { numRuns: 60 },
  );
});

it("refuses what cannot stand in a script's comments, and nothing to do", () => {
  expect(() => arrayScript({ ...options, elements: [] })).toThrow(/nothing is left to do/);
  for (const change of [{ time: "1:00\n#SBATCH --uid=0" }, { partition: "a b" }, { name: "" }, { mem: "4G;x" }])
    expect(() => arrayScript({ ...options, ...change })).toThrow(/must be words of letters/);
  expect(() => arrayScript({ ...options, logs: "/tmp/%j" })).toThrow(/choose another folder/);
});
