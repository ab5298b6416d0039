#include <sys/resource.h>
#if defined(__APPLE__)
#include <mach/mach.h>
#endif

#include <fstream>
#include <string>

#include "runtime/memory.h"

namespace autocircuit {

#if defined(__linux__)

ProcessMemory process_memory() {
  ProcessMemory memory{0, 0};
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) memory.rss_bytes = std::stoll(line.substr(6)) * 1024;
    if (line.starts_with("VmHWM:")) memory.peak_memory_bytes = std::stoll(line.substr(6)) * 1024;
  }
  return memory;
}

void reset_peak_process_memory() {
  // proc(5): writing 5 resets the high-water mark to what is in use now.
  std::ofstream("/proc/self/clear_refs") << "5";
}

#else

ProcessMemory process_memory() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
#if defined(__APPLE__)
  // macOS counts the peak in bytes, and knows the current size elsewhere.
  mach_task_basic_info info{};
  mach_msg_type_number_t count = MACH_TASK_BASIC_INFO_COUNT;
  task_info(mach_task_self(), MACH_TASK_BASIC_INFO, reinterpret_cast<task_info_t>(&info), &count);
  return {static_cast<int64_t>(info.resident_size), usage.ru_maxrss};
#else
  return {usage.ru_maxrss * 1024, usage.ru_maxrss * 1024};
#endif
}

void reset_peak_process_memory() {}

#endif

}  // namespace autocircuit
