import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { noSlurm, SlurmCluster } from "../../sweep/test/slurm-cluster.ts";
import { filesOf, textsOf, until } from "../../sweep/test/small-sweep.ts";
import { root } from "./command-lines.ts";
import { run } from "./run-program.ts";

// Two words, as folders of users have them.
const folder = mkdtempSync(join(tmpdir(), "autocircuit slurm-"));
afterAll(() => rmSync(folder, { recursive: true }));
const plan = join(folder, "plan.json");
const content = { tasks: ["tracr-hist", "tracr-detect-pattern"], algorithms: ["random", "edge-attribution"] };
const measure = { metrics: ["kl-clean"], sizes: [0, 5] };
const write = (more: object) => writeFileSync(plan, JSON.stringify({ ...content, measure, ...more }));

/** The program as built, in an environment. */
function program(env: NodeJS.ProcessEnv, ...args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [join(root, "packages/cli/dist/main.js"), ...args], { env }, (error, out, err) =>
      error ? reject(new Error(`${out}${err}`)) : resolve(out),
    );
  });
}

it("the script is one that a shell takes, and its elements do their units, also one by one", async () => {
  write({});
  const out = join(folder, "by hand");
  const said = await program(
    process.env,
    "sweep",
    "slurm",
    plan,
    "--out",
    out,
    "--at-once",
    "3",
    "--together",
    "2",
    "--no-submit",
  );
  const [, script] = /^wrote (.*): 4 units\n$/.exec(said)!;
  expect(readFileSync(script!, "utf8")).toMatch(/^#!\/bin\/sh\n#SBATCH --job-name=plan\n#SBATCH --array=0-1%3\n/);
  execFileSync("sh", ["-n", script!]);
  // The plan is edited: what was written is about the plan as it was.
  write({ algorithms: ["random"] });
  for (const element of ["0", "1"])
    execFileSync("sh", [script!], { env: { ...process.env, SLURM_ARRAY_TASK_ID: element } });
  write({});
  expect((await run(["sweep", "status", plan, "--out", out])).out).toMatch(/4 units: 4 done/);
  expect(await program(process.env, "sweep", "slurm", plan, "--out", out)).toBe("all 4 units are done\n");
  await expect(
    program({ ...process.env, PATH: "" }, "sweep", "slurm", plan, "--out", join(folder, "none")),
  ).rejects.toThrow(/There is no sbatch on this machine.*sbatch .*array\.sh/);
}, 300_000);

it("a cluster gives the results of one machine, bit by bit, and does only what is missing", async (context) => {
  if (noSlurm !== undefined) return context.skip(noSlurm);
  await using cluster = await SlurmCluster.start();
  write({});
  const [out, local] = [join(folder, "cluster"), join(folder, "local")];
  await run(["sweep", "run", plan, "--out", local]);
  await run(["sweep", "work", plan, "--out", out, "--unit", "2"]);
  const before = filesOf(out);
  const slurm = () =>
    program(cluster.env, "sweep", "slurm", plan, "--out", out, "--at-once", "1", "--time", "00:10:00");
  expect(await slurm()).toMatch(/: 3 units\nSubmitted batch job \d+\n$/);
  expect(cluster.run("squeue", "-h", "-r", "-o", "%K").trim().split("\n").length).toBeLessThanOrEqual(3);
  await until(() => Object.keys(textsOf(out)).length === 4, "the cluster");
  expect(textsOf(out)).toEqual(textsOf(local));
  expect(filesOf(out)).toMatchObject(before);
  const times = readdirSync(join(out, "times")).map((name) =>
    JSON.parse(readFileSync(join(out, "times", name), "utf8")),
  );
  expect(times.map(({ machine }) => machine.runner).sort()).toEqual(["alone", "slurm", "slurm", "slurm"]);
  await until(() => cluster.run("squeue", "-h").trim() === "", "the queue to be empty");
  expect(await slurm()).toBe("all 4 units are done\n");
}, 500_000);
