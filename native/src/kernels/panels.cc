#include "kernels/panels.h"

#include <atomic>
#include <cstdlib>
#include <cstring>

#include "kernels/processor.h"
#include "runtime/error.h"

namespace autocircuit {
namespace {

// The general library is Intel's on x86, which uses no AVX-512 on other makers' processors. Measured, one thread, GFLOP/s there and by panels:
// AMD's Zen 5, [240, 768] by [768, 3072] 107 and 240, 16 rows of it 77 and 150; with AVX2 only, 108 and 128. AMD's Zen 3: large products 72 to
// 83 and 63 to 86, [240, 768] by a head's 64 columns 75 and 92, 16 rows by a large matrix 36 and 52. So with AVX-512 all go by panels, with
// AVX2 the thin ones; on Intel's own processors, where nothing of it was measured, and without fused products none does.
Panels quickest() {
  if (!has_foreign_library() || std::strcmp(kernels().set, "baseline") == 0) return Panels::never;
  return std::strcmp(kernels().set, "avx512") == 0 ? Panels::always : Panels::thin;
}

Panels named(const std::string& name, const char* what) {
  if (name.empty() || name == "auto") return quickest();
  if (name == "panels") return Panels::always;
  if (name == "library") return Panels::never;
  throw Error(ErrorCode::bad_input, std::string(what) + " \"" + name + "\": it may be panels, library or auto.");
}

std::atomic<Panels>& current() {
  static std::atomic<Panels> chosen = [] {
    const char* const asked = std::getenv("AUTOCIRCUIT_PRODUCTS");
    return named(asked ? asked : "", "AUTOCIRCUIT_PRODUCTS is");
  }();
  return chosen;
}

}  // namespace

Panels panels() { return current().load(std::memory_order_relaxed); }

void choose_panels(const std::string& name) { current() = named(name, "the way of products was"); }

std::string panels_text() {
  switch (panels()) {
    case Panels::always: return "all by panels";
    case Panels::thin: return "thin ones by panels, others by the general library";
    case Panels::never: return "by the general library";
  }
  return "";
}

}  // namespace autocircuit
