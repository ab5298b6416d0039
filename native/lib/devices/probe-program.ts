import { addon } from "../loader.ts";
import { compareDevices } from "./compare-devices.ts";
import { adoptCuda } from "./open-cuda.ts";

/*
 * node probe-program.js LIBTORCH_CUDA LIBRARY: opens a library of kernels and compares a small case on the first GPU with the CPU. Runs in a
 * process of its own. Exit code 0 when they agree, 2 when not, with the reason on standard output; anything else is a crash.
 */
const [libtorchCuda, library] = process.argv.slice(2) as [string, string];
try {
  adoptCuda(addon().openDevice("cuda", { libtorchCuda, library }));
  const difference = await compareDevices("cuda:0");
  if (difference !== undefined) {
    console.log(difference);
    process.exitCode = 2;
  }
} catch (error) {
  console.log((error as Error).message.split("\n")[0]);
  process.exitCode = 2;
}
