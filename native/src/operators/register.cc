#include "operators/register.h"

#include <torch/csrc/autograd/autograd_not_implemented_fallback.h>
#include <torch/library.h>

#include <memory>
#include <vector>

#include "operators/schemas.h"
#include "operators/signatures.h"

namespace autocircuit {
namespace {

using Libraries = std::vector<std::unique_ptr<torch::Library>>;

torch::Library& add(Libraries& libraries, torch::Library::Kind kind, std::optional<c10::DispatchKey> key) {
  libraries.push_back(std::make_unique<torch::Library>(kind, "autocircuit", key, __FILE__, __LINE__));
  return *libraries.back();
}

Libraries make() {
  Libraries libraries;
  torch::Library& schemas = add(libraries, torch::Library::DEF, std::nullopt);
  for (const char* schema : kOperatorSchemas) schemas.def(schema);

  torch::Library& any = add(libraries, torch::Library::IMPL, c10::DispatchKey::CompositeExplicitAutograd);
  any.impl("patched_rows", portable::patched_rows);
  any.impl("norm_backward_rows_", portable::norm_backward_rows_);
  any.impl("absorb_outputs_", portable::absorb_outputs_);
  any.impl("mask_gradient", portable::mask_gradient);
  any.impl("divergences", portable::divergences);

  torch::Library& cpu = add(libraries, torch::Library::IMPL, c10::DispatchKey::CPU);
  cpu.impl("patched_rows", on_cpu::patched_rows);
  cpu.impl("norm_backward_rows_", on_cpu::norm_backward_rows_);
  cpu.impl("absorb_outputs_", on_cpu::absorb_outputs_);
  cpu.impl("mask_gradient", on_cpu::mask_gradient);
  cpu.impl("divergences", on_cpu::divergences);

  torch::Library& meta = add(libraries, torch::Library::IMPL, c10::DispatchKey::Meta);
  meta.impl("patched_rows", shapes::patched_rows);
  meta.impl("norm_backward_rows_", shapes::norm_backward_rows_);
  meta.impl("absorb_outputs_", shapes::absorb_outputs_);
  meta.impl("mask_gradient", shapes::mask_gradient);
  meta.impl("divergences", shapes::divergences);

  // Gradients are the pass's own business; who asks one of an operator gets an error instead of a wrong zero.
  torch::Library& autograd = add(libraries, torch::Library::IMPL, c10::DispatchKey::Autograd);
  for (const char* name : {"patched_rows", "norm_backward_rows_", "absorb_outputs_", "mask_gradient", "divergences"})
    autograd.impl(name, torch::autograd::autogradNotImplementedFallback());
  return libraries;
}

}  // namespace

void register_operators() {
  // Never destroyed: at the end of the process LibTorch's dispatcher may be gone first.
  static const auto* const libraries = new Libraries(make());
  static_cast<void>(libraries);
}

}  // namespace autocircuit
