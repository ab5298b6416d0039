#include "kernels/processor.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>

#include "runtime/error.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace autocircuit {

#ifdef AUTOCIRCUIT_X86_SETS
const Kernels& kernels_avx512();
const Kernels& kernels_avx2();
#endif
const Kernels& kernels_baseline();

namespace {

struct Set {
  const Kernels& (*kernels)();
  bool (*present)();
};

bool always() { return true; }

#ifdef AUTOCIRCUIT_X86_SETS
// All that the compiler may use of x86-64-v3 and v4; whether the system keeps the registers is part of the answers.
bool has_avx2() {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
}
bool has_avx512() {
  return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512cd");
}
const std::vector<Set>& all_sets() {
  static const std::vector<Set> sets{{kernels_avx512, has_avx512}, {kernels_avx2, has_avx2}, {kernels_baseline, always}};
  return sets;
}
#else
const std::vector<Set>& all_sets() {
  static const std::vector<Set> sets{{kernels_baseline, always}};
  return sets;
}
#endif

constexpr std::array<const char*, 3> kCaps{"avx512", "avx2", "baseline"};  // the widest first

size_t rank(const std::string& name) {
  const size_t place = std::find(kCaps.begin(), kCaps.end(), name) - kCaps.begin();
  return place < kCaps.size() ? place : kCaps.size() - 1;  // NEON: the baseline there
}

}  // namespace

Processor processor_under(const char* cap) {
  Processor result;
  for (const Set& set : all_sets())
    if (set.present()) result.sets.push_back(set.kernels().set);
  result.cap = cap ? cap : "";
  if (result.cap.empty()) {
    result.used = result.sets.front();
    result.why = "the best that this processor has";
    return result;
  }
  if (std::find(kCaps.begin(), kCaps.end(), result.cap) == kCaps.end())
    throw Error(ErrorCode::bad_input,
                "AUTOCIRCUIT_CPU is \"" + result.cap + "\": it may be avx512, avx2 or baseline, or not be set at all.");
  for (const std::string& set : result.sets)
    if (rank(set) >= rank(result.cap)) {
      result.used = set;
      break;
    }
  result.why = result.used == result.cap            ? "AUTOCIRCUIT_CPU=" + result.cap
               : result.used == result.sets.front() ? "the best that this processor has; AUTOCIRCUIT_CPU=" + result.cap + " allows more"
                                                    : "the best that AUTOCIRCUIT_CPU=" + result.cap + " allows";
  return result;
}

const Kernels& kernels_of_set(const std::string& name) {
  for (const Set& set : all_sets())
    if (set.present() && name == set.kernels().set) return set.kernels();
  throw Error(ErrorCode::bad_input, "this processor has no kernels for " + name + ".");
}

const Processor& processor() {
  static const Processor chosen = processor_under(std::getenv("AUTOCIRCUIT_CPU"));
  return chosen;
}

const Kernels& kernels() {
  static const Kernels& chosen = kernels_of_set(processor().used);
  return chosen;
}

bool has_foreign_library() {
#if defined(__x86_64__)
  static const bool foreign = [] {
    unsigned highest = 0, vendor[3] = {};
    if (!__get_cpuid(0, &highest, &vendor[0], &vendor[2], &vendor[1])) return true;
    return std::memcmp(vendor, "GenuineIntel", sizeof vendor) != 0;
  }();
  return foreign;
#else
  return false;
#endif
}

}  // namespace autocircuit
