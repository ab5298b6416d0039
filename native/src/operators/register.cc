#include "operators/register.h"

#include <torch/csrc/autograd/autograd_not_implemented_fallback.h>
#include <torch/library.h>

#include <memory>
#include <vector>

#include "operators/table.h"

namespace autocircuit {
namespace {

using Libraries = std::vector<std::unique_ptr<torch::Library>>;

torch::Library& add(Libraries& libraries, torch::Library::Kind kind, std::optional<c10::DispatchKey> key) {
  libraries.push_back(std::make_unique<torch::Library>(kind, "autocircuit", key, __FILE__, __LINE__));
  return *libraries.back();
}

Libraries make() {
  Libraries libraries;
  torch::Library& all = add(libraries, torch::Library::DEF, std::nullopt);
  torch::Library& any = add(libraries, torch::Library::IMPL, c10::DispatchKey::CompositeExplicitAutograd);
  torch::Library& cpu = add(libraries, torch::Library::IMPL, c10::DispatchKey::CPU);
  torch::Library& meta = add(libraries, torch::Library::IMPL, c10::DispatchKey::Meta);
  // Gradients are the pass's own business; who asks one of an operator gets an error instead of a wrong zero.
  torch::Library& autograd = add(libraries, torch::Library::IMPL, c10::DispatchKey::Autograd);
#define REGISTER_OPERATOR(name, schema, type) \
  all.def(#name schema);                      \
  any.impl(#name, portable::name);            \
  cpu.impl(#name, on_cpu::name);              \
  meta.impl(#name, shapes::name);             \
  autograd.impl(#name, torch::autograd::autogradNotImplementedFallback());
  AUTOCIRCUIT_OPERATORS(REGISTER_OPERATOR)
#undef REGISTER_OPERATOR
  return libraries;
}

}  // namespace

void register_operators() {
  // Never destroyed: at the end of the process LibTorch's dispatcher may be gone first.
  static const auto* const libraries = new Libraries(make());
  static_cast<void>(libraries);
}

}  // namespace autocircuit
