"""Everything that only a GPU can show, on a machine with a GPU and Python's torch, from what `npm run pack` made:

    tar -xJf autocircuit.tar.xz && python3 scripts/gpu/check.py --out gpu

Conformance, the C++ tests on the GPU and under compute-sanitizer, the engine's benchmarks in float32, TF32 and bfloat16, and PyTorch's
plain forward pass of the same shapes. Writes OUT/gpu.json, again after every part, and a log for each; a part that fails or takes too
long ends alone. At most eight minutes; exit code 1 if one did, 2 where nothing could run. `node scripts/gpu/table.mjs OUT/gpu.json` makes the tables of docs/cuda.md from it.
"""

import argparse
import datetime
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NODE = str(ROOT / "node")
TESTS = ROOT / "native/build/autocircuit_tests"
BENCH = str(ROOT / "packages/bench/dist/main.js")
AT_ONCE = max(2, (os.cpu_count() or 2) // 2)
# compute-sanitizer follows our kernels alone: LibTorch's and NVIDIA's run beside them at their own speed.
OURS = ["--kernel-regex", "kns=run_kernel"]


class Part:
    """A program with a time limit. `alone` when others beside it would disturb its numbers."""

    def __init__(self, name, command, limit, alone=False, env=None, result=None):
        self.name, self.command, self.limit, self.alone = name, [str(word) for word in command], limit, alone
        self.env, self.result = env or {}, result


class Check:
    def __init__(self, out, limit):
        self.out, self.limit, self.started, self.lock = out, limit, time.time(), threading.Lock()
        self.parts, self.facts = [], {}

    def left(self):
        return self.limit - (time.time() - self.started)

    def run(self, part):
        limit = min(part.limit, self.left())
        if limit < 5:
            return self.add({"name": part.name, "skipped": "no time was left"})
        began, log = time.time(), self.out / f"{part.name}.log"
        with open(log, "wb") as file:
            child = subprocess.Popen(part.command, cwd=ROOT, stdout=file, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                                     env={**os.environ, **part.env}, start_new_session=True)
            try:
                code, timed_out = child.wait(limit), False
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, 9)
                code, timed_out = child.wait(), True
        text = log.read_text(errors="replace")
        done = {"name": part.name, "command": " ".join(part.command).replace(f"{ROOT}/", ""), "code": code, "timedOut": timed_out,
                "seconds": round(time.time() - began, 1), **counts(text)}
        if part.result and part.result.exists():
            done["result"] = json.loads(part.result.read_text())
        if code != 0 or timed_out:
            done["end"] = text[-1500:]
        self.add(done)

    def add(self, done):
        with self.lock:
            self.parts.append(done)
            said = {key: value for key, value in done.items() if key not in ("command", "result", "end")}
            print(f"{time.time() - self.started:6.1f} s {json.dumps(said)}", flush=True)
            if "end" in done:
                print("    " + done["end"][-600:].replace("\n", "\n    "), flush=True)
            self.write()

    def write(self):
        value = {**self.facts, "seconds": round(time.time() - self.started, 1), "parts": self.parts}
        beside = self.out / "gpu.json.part"
        beside.write_text(json.dumps(value, indent=1) + "\n")
        beside.replace(self.out / "gpu.json")

    def run_all(self, parts):
        """What must be alone first, one after another; then the others, a few at a time."""
        for part in parts:
            if part.alone:
                self.run(part)
        together = [part for part in parts if not part.alone]
        workers = [threading.Thread(target=self.work_off, args=(together,)) for _ in range(AT_ONCE)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()

    def work_off(self, parts):
        while True:
            with self.lock:
                if not parts:
                    return
                part = parts.pop(0)
            self.run(part)


def counts(text):
    """Of "N passed, N failed", of "N C++ tests, N failed", and of compute-sanitizer's summary."""
    found = {}
    if passed := re.findall(r"(\d+) passed, (\d+) failed", text):
        found.update(passed=int(passed[-1][0]), failed=int(passed[-1][1]))
    if tests := re.findall(r"(\d+) C\+\+ tests, (\d+) failed", text):
        found.update(passed=int(tests[-1][0]) - int(tests[-1][1]), failed=int(tests[-1][1]))
    if errors := re.findall(r"ERROR SUMMARY: (\d+) error", text) or re.findall(r"RACECHECK SUMMARY: (\d+) hazard", text):
        found["errors"] = int(errors[-1])
    return found


def output_of(*command):
    try:
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60).stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        return ""


def lacking():
    """What must be here and is not, a sentence for each: without it every part would fail, one after the other."""
    if not Path(NODE).exists():
        yield f"{ROOT} is not what `npm run pack` made, it has no `node`: unpack the archive, and run the scripts/gpu/check.py that is in it."
    sees_gpu = output_of("nvidia-smi", "-L") != ""
    try:
        import torch

        if torch.version.cuda is None:
            yield f"torch {torch.__version__} of {sys.executable} is a build without CUDA: use a Python that has one with CUDA."
        else:
            sees_gpu = torch.cuda.is_available()
    except (ImportError, OSError) as error:
        yield f"{sys.executable} has no torch that loads ({error}): use a Python that has the release that the archive was built for."
    if not sees_gpu:
        yield "There is no NVIDIA GPU that can be used here: look at what `nvidia-smi` says, and at CUDA_VISIBLE_DEVICES."


def facts():
    import torch

    gpu = output_of("nvidia-smi", "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader").splitlines()
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    return {"date": datetime.date.today().isoformat(), "gpu": gpu[0] if gpu else "none", "torch": torch.__version__,
            "cuda": torch.version.cuda, "cpu": model[1] if model else platform.processor(), "cores": os.cpu_count(),
            "system": platform.platform(), "glibc": platform.libc_ver()[1]}, Path(torch.__file__).parent / "lib"


def build_parts(lib):
    """What the archive does not bring, or brings for another LibTorch, by the compilers of this machine."""
    here = {"AUTOCIRCUIT_LIBTORCH": str(lib.parent)}
    cli = ROOT / "packages/cli/dist/main.js"
    tests = "import('./native/dist/toolchain/index.js').then(({ build }) => build({ target: 'tests', onLine: console.log }))"
    library = [Part("build-kernels", [NODE, cli, "build", "--cuda", "--libtorch", lib.parent], 200, env=here)]
    in_turn = [Part("build-tests", [NODE, "-e", tests], 200, env=here), Part("build-addon", [NODE, cli, "build"], 200, env=here)]
    return library, in_turn


def conformance_parts(folders):
    """The committed cases and those in other folders, dealt round to a few programs."""
    found = "import('./packages/conformance/dist/index.js').then(({ findCases }) => console.log(JSON.stringify(findCases(process.argv.slice(1)))))"
    cases = json.loads(output_of(NODE, "-e", found, ROOT / "packages/conformance/fixtures", *folders) or "[]")
    program, count = ROOT / "packages/conformance/dist/main.js", min(AT_ONCE, max(1, len(cases)))
    return [Part(f"conformance-{i}", [NODE, program, "--device", "cuda", *[case["path"] for case in cases[i::count]]], 300)
            for i in range(count)]


def test_parts(lib):
    if not TESTS.exists():
        return []
    libraries = sorted((ROOT / "native/build/cuda").glob("*/libautocircuit_cuda.so"))
    cuda = ["--cuda", lib / "libtorch_cuda.so"]
    ours = [*cuda, *libraries[-1:]]
    # What was given back stays LibTorch's unless it asks the driver for every tensor: then memcheck knows where each ends.
    plain = {"PYTORCH_NO_CUDA_MEMORY_CACHING": "1"}
    sanitizer = shutil.which("compute-sanitizer") or "/usr/local/cuda/bin/compute-sanitizer"
    check = [sanitizer, "--error-exitcode", "9", "--print-limit", "10"]
    parts = [Part("tests-kernels", [TESTS, "kernels:", *ours], 120)]
    parts += [Part(f"tests-{name}", [TESTS, part, *ours], 200) for name, part in ENGINE_TESTS.items()]
    parts += [Part("tests-without-kernels", [TESTS, "every kind of mask", *cuda], 150)]
    if not Path(sanitizer).exists():
        return parts
    parts += [Part("memcheck-kernels", [*check, "--tool", "memcheck", TESTS, "kernels:", *ours], 150, env=plain)]
    parts += [Part(f"racecheck-{name}", [*check, "--tool", "racecheck", *OURS, TESTS, f"kernels: {part}", *ours], 150)
              for name, part in RACES.items()]
    parts += [Part(f"memcheck-{name}", [*check, "--tool", "memcheck", *OURS, TESTS, part, *ours], 200)
              for name, part in SANITIZED.items()]
    return parts


ENGINE_TESTS = {"sources": "plain forward", "masks": "every kind of mask", "ablations": "an ablation", "gradients": "the mask's gradient is",
                "kept": "a kept run", "walk": "a walk", "recorded": "a recorded pass", "divergences": "divergences are",
                "types": "in narrower", "prefix": "a prefix", "devices": " on a device", "host": "a tensor of the host"}
SANITIZED = {"types": "in narrower", "recorded": "a recorded pass"}
RACES = {"patched": "patched rows", "gradient": "the mask's gradient", "divergences": "divergences", "norm": "a norm's backward"}


def bench_parts(out):
    kinds = {"float32": [], "tf32": ["--tf32"], "bfloat16": ["--dtype", "bfloat16"]}
    parts = []
    for name, options in kinds.items():
        file = out / f"bench-{name}.json"
        command = [NODE, BENCH, "engine", "--device", "cuda", "--json", file, *options]
        parts.append(Part(f"bench-{name}", command, 110, alone=True, result=file))
    return parts


def pytorch_part(out):
    specs = "import('./packages/bench/dist/engine/specs.js').then((specs) => console.log(JSON.stringify(specs.FULL_ON_GPU)))"
    file = out / "pytorch.json"
    return Part("pytorch", [sys.executable, Path(__file__).parent / "plain_forward.py", "--shapes", output_of(NODE, "-e", specs), "--json", file], 90,
                alone=True, result=file)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--out", type=Path, required=True, help="folder for gpu.json and the logs")
    arguments.add_argument("--conformance", type=Path, nargs="*", default=[], help="folders with more cases")
    arguments.add_argument("--only", default="", help="a regular expression: run the parts whose names it is found in")
    arguments.add_argument("--build", action="store_true", help="first build here what is missing; needs CMake, a C++ compiler and nvcc")
    arguments.add_argument("--limit", type=float, default=470, help="seconds for everything (default: 470)")
    options = arguments.parse_args()
    problems = list(lacking())
    if problems:
        print("\n".join(problems), file=sys.stderr)
        sys.exit(2)
    out = options.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    check = Check(out, options.limit)
    check.facts, lib = facts()
    os.environ["LD_LIBRARY_PATH"] = f"{lib}:{os.environ.get('LD_LIBRARY_PATH', '')}"
    if options.build:
        beside, in_turn = build_parts(lib)
        worker = threading.Thread(target=check.work_off, args=(beside,))
        worker.start()
        check.work_off(in_turn)
        worker.join()
    # First, as it probes the kernels once for all that follow.
    check.run(Part("doctor", [NODE, ROOT / "packages/cli/dist/main.js", "doctor"], 100, alone=True))
    folders = [folder.resolve() for folder in options.conformance]
    parts = [pytorch_part(out), *bench_parts(out), *test_parts(lib), *conformance_parts(folders)]
    check.run_all([part for part in parts if re.search(options.only, part.name)])
    bad = [part["name"] for part in check.parts if part.get("code") != 0 or part.get("failed") or part.get("errors")]
    print(f"{len(check.parts) - len(bad)} parts passed, {len(bad)} failed{': ' if bad else ''}{', '.join(bad)}")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
