import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./redis-server.ts";

/** Why no Slurm can be started here; undefined where one can. */
export const noSlurm: string | undefined = (() => {
  const missing = ["slurmctld", "slurmd", "sbatch", "munged"].filter(
    (program) => spawnSync(program, ["--version"]).error !== undefined,
  );
  if (missing.length > 0) return `there is no ${missing.join(", ")}`;
  return process.getuid?.() === 0 ? undefined : "a cluster of one's own needs root";
})();

/** A Slurm of one machine on loopback: munged, slurmctld and slurmd with two processors. */
export class SlurmCluster implements AsyncDisposable {
  readonly folder: string;
  /** Environment in which its commands find it. */
  readonly env: NodeJS.ProcessEnv;
  readonly #processes: ChildProcess[] = [];

  private constructor(folder: string) {
    this.folder = folder;
    this.env = { ...process.env, SLURM_CONF: join(folder, "slurm.conf") };
  }

  static async start(): Promise<SlurmCluster> {
    const folder = mkdtempSync(join(tmpdir(), "autocircuit-slurm-"));
    const cluster = new SlurmCluster(folder);
    for (const name of ["munge", "socket", "state", "spool"]) mkdirSync(join(folder, name));
    execFileSync("chmod", ["755", folder, join(folder, "socket")]);
    const at = (name: string) => join(folder, name);
    writeFileSync(at("munge/key"), randomBytes(1024), { mode: 0o600 });
    execFileSync("chmod", ["700", at("munge")]);
    const munge = ["--foreground", "--force", `--key-file=${at("munge/key")}`, `--socket=${at("socket/munge")}`];
    cluster.#spawn("munged", [...munge, `--pid-file=${at("munge/pid")}`, `--seed-file=${at("munge/seed")}`]);
    const [control, node] = [await freePort(), await freePort()];
    const host = hostname().replace(/\..*/, "");
    writeFileSync(at("slurm.conf"), configuration({ folder, host, control, node }));
    cluster.#spawn("slurmctld", ["-D"]);
    cluster.#spawn("slurmd", ["-D"]);
    for (let tries = 0; !/idle/.test(cluster.run("sinfo", "-h", "-o", "%t")); tries++) {
      if (tries > 150) throw new Error(`Slurm does not start: ${cluster.run("sinfo")}`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    return cluster;
  }

  /** What a command of Slurm says; empty where it fails. */
  run(command: string, ...args: string[]): string {
    return spawnSync(command, args, { env: this.env, encoding: "utf8", timeout: 20_000 }).stdout ?? "";
  }

  #spawn(program: string, args: readonly string[]): void {
    this.#processes.push(spawn(program, args, { env: this.env, stdio: "ignore" }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.run("scancel", "--user", "root");
    for (const child of this.#processes.reverse()) {
      const ended = new Promise((resolve) => child.once("close", resolve));
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill("SIGKILL");
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

interface Configuration {
  readonly folder: string;
  readonly host: string;
  readonly control: number;
  readonly node: number;
}

function configuration({ folder, host, control, node }: Configuration): string {
  const lines = {
    ClusterName: "test",
    SlurmctldHost: `${host}(127.0.0.1)`,
    SlurmctldPort: control,
    SlurmdPort: node,
    SlurmUser: "root",
    SlurmdUser: "root",
    AuthType: "auth/munge",
    AuthInfo: `socket=${folder}/socket/munge`,
    CredType: "cred/munge",
    StateSaveLocation: `${folder}/state`,
    SlurmdSpoolDir: `${folder}/spool`,
    SlurmctldPidFile: `${folder}/slurmctld.pid`,
    SlurmdPidFile: `${folder}/slurmd.pid`,
    SlurmctldLogFile: `${folder}/slurmctld.log`,
    SlurmdLogFile: `${folder}/slurmd.log`,
    ProctrackType: "proctrack/pgid",
    TaskPlugin: "task/none",
    SwitchType: "switch/none",
    MpiDefault: "none",
    ReturnToService: 2,
    SchedulerParameters: "sched_interval=1,bf_interval=1",
    SelectType: "select/cons_tres",
    SelectTypeParameters: "CR_CPU",
    JobAcctGatherType: "jobacct_gather/none",
    AccountingStorageType: "accounting_storage/none",
  };
  const nodes = [
    `NodeName=${host} NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN`,
    `PartitionName=main Nodes=${host} Default=YES MaxTime=INFINITE State=UP`,
  ];
  return [...Object.entries(lines).map(([name, value]) => `${name}=${value}`), ...nodes, ""].join("\n");
}
