// npm run sanitize: the addon and the C++ tests built with AddressSanitizer and UndefinedBehaviorSanitizer, in a folder of their own
// (native/build/sanitize), and the C++ tests and the tests of the binding run on them. In the C++ tests all new memory holds NaN.
// `npm run sanitize -- --cpp` leaves the binding out, `-- --binding` the C++ tests. Needs GCC on Linux.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { fromOutput, line, sum } from "./lib/counts.mjs";
import { handOver, ROOT, run } from "./lib/run.mjs";
import { setup } from "./lib/setup.mjs";
import { main, StepError, Steps } from "./lib/steps.mjs";

const FOLDER = join(ROOT, "native", "build", "sanitize");

// LibTorch and this project never free what lives as long as the process; leaks are what native/test/memory.test.ts looks for. Node
// maps far more address space than it uses. Where memory came from is not kept: LibTorch has no frame pointers, its stacks would all be
// different and take more and more of the time.
const OPTIONS = {
  ASAN_OPTIONS:
    "detect_leaks=0:abort_on_error=0:halt_on_error=1:allocator_may_return_null=1:malloc_context_size=1:detect_stack_use_after_return=1",
  UBSAN_OPTIONS: "print_stacktrace=1:halt_on_error=1",
};

// All but: memory that sanitizers keep back is no leak, and a library that is opened by name is loaded before them. Named one by one, since
// vitest has what it leaves out from its projects.
function bindingTests() {
  return ["lib", "test"].flatMap((folder) =>
    readdirSync(join(ROOT, "native", folder), { recursive: true })
      .filter((file) => file.endsWith(".test.ts") && !file.startsWith("toolchain") && file !== "memory.test.ts")
      .map((file) => join("native", folder, file)),
  );
}

function sanitizerLibrary() {
  const { stdout } = spawnSync("gcc", ["-print-file-name=libasan.so"], { encoding: "utf8" });
  if (stdout?.trim().startsWith("/")) return stdout.trim();
  throw new StepError("No libasan.so: install GCC with its sanitizers (Debian and Ubuntu: apt install gcc).");
}

async function command(what, program, args) {
  const { code } = await run(program, args).catch((cause) => {
    throw new StepError(`${program} cannot be started: ${cause.message}`);
  });
  if (code !== 0) throw new StepError(`Could not ${what}: see the errors above.`);
}

await main(async () => {
  const only = process.argv[2];
  if (only !== undefined && only !== "--cpp" && only !== "--binding") {
    throw new StepError("Usage: npm run sanitize [-- --cpp | --binding]");
  }
  const library = sanitizerLibrary();
  await setup();
  const { defaultJobs, ensureLibTorch } = await import(
    pathToFileURL(join(ROOT, "native", "dist", "toolchain", "index.js")).href
  );
  const steps = new Steps();
  const all = [];
  const part = (name, work) =>
    steps.step(name, async () => {
      const counts = await work();
      all.push(counts);
      return line(counts);
    });
  await steps.step("build", async () => {
    const libtorch = await ensureLibTorch({ onLine: (text) => steps.say(text) });
    const native = join(ROOT, "native");
    const settings = [`-DLIBTORCH=${libtorch.path}`, "-DAUTOCIRCUIT_SANITIZE=ON", "-DCMAKE_BUILD_TYPE=Release"];
    await command("configure", "cmake", ["-S", native, "-B", FOLDER, ...settings]);
    const targets = [
      ...(only === "--binding" ? [] : ["autocircuit_tests"]),
      ...(only === "--cpp" ? [] : ["autocircuit"]),
    ];
    await command("build", "cmake", ["--build", FOLDER, "--parallel", `${defaultJobs()}`, "--target", ...targets]);
  });
  if (only !== "--binding") {
    await part("C++ tests", async () => {
      const env = { ...OPTIONS, AUTOCIRCUIT_POISON: "1" };
      const { code, output } = await run(join(FOLDER, "autocircuit_tests"), ["--jobs", `${availableParallelism()}`], {
        env,
      });
      return fromOutput(output, code);
    });
  }
  if (only !== "--cpp") {
    await part("binding", async () => {
      Object.assign(process.env, OPTIONS, {
        AUTOCIRCUIT_ADDON: join(FOLDER, "Release", "autocircuit.node"),
        LD_PRELOAD: library,
      });
      const code = await handOver([join(ROOT, "node_modules", "vitest", "vitest.mjs"), "run", ...bindingTests()]);
      return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
    });
  }
  const total = sum(all);
  if (total.failed > 0) process.exitCode = 1;
  console.log(`sanitizers ${line(total)}; ${steps.summary()}`);
});
