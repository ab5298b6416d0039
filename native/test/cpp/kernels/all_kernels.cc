#include "kernels/all_kernels.h"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace autocircuit {

#ifdef AUTOCIRCUIT_X86_SETS
const Kernels& kernels_split();
#endif

namespace test {

void with_all_kernels(const std::function<void(const Kernels&)>& body) {
  const auto run = [&](const Kernels& kernels) {
    try {
      body(kernels);
    } catch (const std::exception& error) {
      throw std::runtime_error(std::string(kernels.set) + ": " + error.what());
    }
  };
  const std::vector<std::string> sets = processor_under(nullptr).sets;
  for (const std::string& set : sets) run(kernels_of_set(set));
#ifdef AUTOCIRCUIT_X86_SETS
  if (std::find(sets.begin(), sets.end(), "avx2") != sets.end()) run(kernels_split());
#endif
}

}  // namespace test
}  // namespace autocircuit
