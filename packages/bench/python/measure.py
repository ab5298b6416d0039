"""What a run cost: seconds on the wall, processor time of all threads, and the most memory resident."""

import resource
import sys
import time


def measured(run):
    """Runs it once. Peak memory is that of this run where the system can start it anew (Linux), else the process's."""
    reset_peak()
    before = processor_seconds()
    start = time.perf_counter()
    result = run()
    seconds = time.perf_counter() - start
    cost = {"seconds": seconds, "cpuSeconds": processor_seconds() - before, "peakBytes": peak_bytes()}
    return result, cost


def processor_seconds():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def reset_peak():
    try:
        with open("/proc/self/clear_refs", "w") as file:
            file.write("5")
    except OSError:
        pass


def peak_bytes():
    try:
        with open("/proc/self/status") as file:
            for line in file:
                if line.startswith("VmHWM:"):
                    return 1024 * int(line.split()[1])
    except OSError:
        pass
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else 1024 * most
