#pragma once

#include <string>
#include <vector>

#include "kernels/kernels.h"

namespace autocircuit {

// Which kernels are used on this processor, and why.
struct Processor {
  std::vector<std::string> sets;  // instruction sets that it has and kernels were compiled for, the best first
  std::string cap;                // what AUTOCIRCUIT_CPU says, or empty
  std::string used;
  std::string why;
};

// What this process uses: the best set that the processor has and the cap in AUTOCIRCUIT_CPU allows, chosen once, by whoever asks first.
// Throws Error bad_input where AUTOCIRCUIT_CPU is none of avx512, avx2 and baseline.
const Processor& processor();
const Kernels& kernels();

// The same for a cap as if it were in AUTOCIRCUIT_CPU; null is none.
Processor processor_under(const char* cap);

// Kernels of a set that this processor has.
const Kernels& kernels_of_set(const std::string& set);

// Whether the general library's products are known to be slow on this processor: where it was made by another than the library is for.
bool has_foreign_library();

}  // namespace autocircuit
