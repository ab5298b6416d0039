#include "kernels/panel_use.h"

#include <atomic>
#include <cstdlib>
#include <cstring>

#include "kernels/processor.h"
#include "runtime/error.h"

namespace autocircuit {
namespace {

// The general library is Intel's on x86, which uses no AVX-512 on other makers' processors. Measured, one thread, GFLOP/s there and by
// panels: AMD's Zen 5, [240, 768] by [768, 3072] 107 and 240, 16 rows of it 77 and 150; with AVX2 only, 108 and 128. AMD's Zen 3: large
// products 72 to 83 and 63 to 86, [240, 768] by a head's 64 columns 75 and 92, 16 rows by a large matrix 36 and 52. Intel's Emerald
// Rapids: whole passes of GPT-2's shape by panels take 0.97 to 1 of the library's time, beside other processes 0.90 to 0.95; with AVX2
// only, the same. So with AVX-512 all go by panels, with AVX2 the thin ones where the library is another maker's; without fused products
// none does.
PanelUse quickest() {
  const char* const set = kernels().set;
  if (std::strcmp(set, "avx512") == 0) return PanelUse::always;
  const bool fused = std::strcmp(set, "baseline") != 0;
  return fused && has_foreign_library() ? PanelUse::thin : PanelUse::never;
}

PanelUse named(const std::string& name, const char* what) {
  if (name == "auto") return quickest();
  if (name == "panels") return PanelUse::always;
  if (name == "library") return PanelUse::never;
  throw Error(ErrorCode::bad_input, std::string(what) + " \"" + name + "\": it may be panels, library or auto.");
}

// What the environment asks for, as all of the process starts with it.
PanelUse asked() {
  const char* const way = std::getenv("AUTOCIRCUIT_PRODUCTS");
  return named(way && *way ? way : "auto", "AUTOCIRCUIT_PRODUCTS is");
}

std::atomic<PanelUse>& current() {
  static std::atomic<PanelUse> chosen = asked();
  return chosen;
}

}  // namespace

PanelUse panel_use() { return current().load(std::memory_order_relaxed); }

void choose_panel_use(const std::string& name) { current() = name == "auto" ? asked() : named(name, "the way of products was"); }

std::string panel_use_text() {
  switch (panel_use()) {
    case PanelUse::always: return "all by panels";
    case PanelUse::thin: return "thin ones by panels, others by the general library";
    case PanelUse::never: return "by the general library";
  }
  return "";
}

}  // namespace autocircuit
