#include "pretend_device/pretend_device.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/EmptyTensor.h>
#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/detail/PrivateUse1HooksInterface.h>
#include <ATen/native/Resize.h>
#include <ATen/ops/_reshape_alias_native.h>
#include <ATen/ops/as_strided_native.h>
#include <ATen/ops/unfold_native.h>
#include <ATen/ops/view_native.h>
#include <c10/core/DeviceType.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <c10/core/impl/alloc_cpu.h>
#include <torch/library.h>

#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

#include "device_operators/operators.h"
#include "launch/launch_host.h"
#include "runtime/memory.h"

namespace autocircuit::test {
namespace {

using Step = std::function<void()>;

struct StepsRecording final : Recording {
  std::vector<Step> steps;
  std::vector<void*> blocks;  // memory that was asked for while it was made; freed with it, as a graph's is
  ~StepsRecording() override {
    for (void* block : blocks) c10::free_cpu(block);
  }
  void replay() override {
    for (const Step& step : steps) step();
  }
};

StepsRecording* recording = nullptr;
int64_t waits = 0;

// As the host's memory is, under the same variable; what is recorded finds it in memory of an earlier repetition instead.
bool poisons() {
  static const char* const asked = std::getenv("AUTOCIRCUIT_POISON");
  return asked && std::strcmp(asked, "1") == 0;
}

class Allocator final : public c10::Allocator {
 public:
  c10::DataPtr allocate(size_t bytes) override {
    void* data = bytes > 0 ? c10::alloc_cpu(bytes) : nullptr;
    if (data && poisons()) std::memset(data, kPoisonByte, bytes);
    if (!recording || !data) return {data, data, &c10::free_cpu, pretend_device()};
    recording->blocks.push_back(data);
    return {data, data, [](void*) {}, pretend_device()};
  }
  c10::DeleterFnPtr raw_deleter() const override { return &c10::free_cpu; }
  void copy_data(void* to, const void* from, size_t bytes) const override { default_copy_data(to, from, bytes); }
};

// The same memory, as a tensor of the CPU; one without memory may be given some there.
at::Tensor on_host(const at::Tensor& t) {
  if (!t.defined() || !t.device().is_privateuseone()) return t;
  if (t.numel() == 0) return at::empty(t.sizes(), t.options().device(at::kCPU));
  return at::from_blob(const_cast<void*>(t.const_data_ptr()), t.sizes(), t.strides(), t.options().device(at::kCPU));
}

struct Hooks final : at::PrivateUse1HooksInterface {
  bool isBuilt() const override { return true; }
  bool isAvailable() const override { return true; }
  bool hasPrimaryContext(c10::DeviceIndex) const override { return true; }
  c10::DeviceIndex deviceCount() const override { return 1; }
  c10::DeviceIndex getCurrentDevice() const override { return 0; }
  // Seeded along with the CPU's; nothing draws from it.
  const at::Generator& getDefaultGenerator(c10::DeviceIndex) const override {
    static const at::Generator generator = at::detail::createCPUGenerator();
    return generator;
  }
};

at::Tensor empty(at::IntArrayRef size, std::optional<at::ScalarType> type, std::optional<at::Layout>, std::optional<at::Device>,
                 std::optional<bool>, std::optional<at::MemoryFormat> format) {
  constexpr c10::DispatchKeySet keys(c10::DispatchKey::PrivateUse1);
  return at::detail::empty_generic(size, c10::GetAllocator(at::kPrivateUse1), keys, c10::dtype_or_default(type), format);
}

at::Tensor empty_strided(at::IntArrayRef size, at::IntArrayRef stride, std::optional<at::ScalarType> type, std::optional<at::Layout>,
                         std::optional<at::Device>, std::optional<bool>) {
  constexpr c10::DispatchKeySet keys(c10::DispatchKey::PrivateUse1);
  return at::detail::empty_strided_generic(size, stride, c10::GetAllocator(at::kPrivateUse1), keys, c10::dtype_or_default(type));
}

at::Tensor copy_from(const at::Tensor& from, const at::Tensor& to, bool) {
  const bool inside = from.device() == to.device();
  if (recording && !inside) throw std::logic_error("memory is copied between host and device while work is recorded");
  if (to.is_cpu()) waits++;
  Step copy = [from, to] { on_host(to).copy_(on_host(from)); };
  if (recording) recording->steps.push_back(copy);
  copy();
  return to;
}

at::Scalar local_scalar(const at::Tensor& t) {
  if (recording) throw std::logic_error("a number is read from the device while work is recorded");
  waits++;
  return on_host(t).item();
}

const at::Tensor& resize(const at::Tensor& t, at::IntArrayRef size, std::optional<at::MemoryFormat>) {
  if (t.sizes() == size) return t;
  if (t.numel() > 0) throw std::logic_error("the pretend device does not resize tensors");
  at::Tensor(t).set_(at::empty(size, t.options()));
  return t;
}

at::Tensor& set_source(at::Tensor& t, const at::Tensor& source) {
  t.unsafeGetTensorImpl()->set_storage_keep_dtype(source.storage());
  t.unsafeGetTensorImpl()->set_sizes_and_strides(source.sizes(), source.strides(), source.storage_offset());
  return t;
}

// An argument with its tensors replaced by the same memory on the host.
c10::IValue host_value(const c10::IValue& value) {
  if (value.isTensor()) return on_host(value.toTensor());
  if (value.isDevice()) return value.toDevice().is_privateuseone() ? c10::IValue(at::Device(at::kCPU)) : value;
  if (value.isTensorList()) {
    c10::List<at::Tensor> list;
    for (const at::Tensor& t : value.toTensorVector()) list.push_back(on_host(t));
    return list;
  }
  if (value.isOptionalTensorList()) {
    c10::List<std::optional<at::Tensor>> list;
    for (const std::optional<at::Tensor>& t : value.toOptionalTensorVector()) list.push_back(t ? std::optional(on_host(*t)) : t);
    return list;
  }
  return value;
}

void each_tensor(const c10::IValue& value, const std::function<void(const at::Tensor&)>& visit) {
  if (value.isTensor() && value.toTensor().defined()) visit(value.toTensor());
  if (value.isTensorList())
    for (const at::Tensor& t : value.toTensorVector()) visit(t);
  if (value.isOptionalTensorList())
    for (const std::optional<at::Tensor>& t : value.toOptionalTensorVector())
      if (t && t->defined()) visit(*t);
}

// An output without memory that was made as large as the result.
void take_result(const c10::IValue& argument, const c10::IValue& host) {
  if (!argument.isTensor() || !host.isTensor() || !argument.toTensor().defined()) return;
  const at::Tensor& t = argument.toTensor();
  if (t.numel() > 0 || host.toTensor().numel() == 0) return;
  at::Tensor made = at::empty(host.toTensor().sizes(), t.options());
  on_host(made).copy_(host.toTensor());
  at::Tensor(t).set_(made);
}

struct HostCall {
  torch::jit::Stack arguments, results;
};

HostCall call_on_host(const c10::OperatorHandle& op, const torch::jit::Stack& arguments) {
  const at::AutoDispatchBelowADInplaceOrView below;
  HostCall call;
  for (const c10::IValue& argument : arguments) call.arguments.push_back(host_value(argument));
  call.results = call.arguments;
  op.callBoxed(&call.results);
  for (size_t i = 0; i < arguments.size(); i++) take_result(arguments[i], call.arguments[i]);
  return call;
}

// The argument that an operator returns, or an undefined tensor when it made a new one.
at::Tensor returned_argument(const c10::OperatorHandle& op, const torch::jit::Stack& arguments, const HostCall& call,
                             const at::Tensor& out) {
  for (size_t i = 0; i < arguments.size(); i++)
    if (call.arguments[i].isTensor() && call.arguments[i].toTensor().is_same(out)) return arguments[i].toTensor();
  for (const c10::IValue& argument : arguments)
    each_tensor(argument, [&](const at::Tensor& t) {
      if (out.numel() > 0 && t.numel() > 0 && t.const_data_ptr() == out.const_data_ptr())
        throw std::logic_error(op.schema().name() + " makes a view; the pretend device must do that itself");
    });
  return {};
}

// Every operator that is not one of the above: on the CPU, over the device's memory.
void run_on_host(const c10::OperatorHandle& op, torch::jit::Stack* stack) {
  const torch::jit::Stack arguments = torch::jit::pop(*stack, op.schema().arguments().size());
  for (const c10::IValue& argument : arguments)
    each_tensor(argument, [&](const at::Tensor& t) {
      if (t.is_cpu() && t.dim() > 0) throw std::logic_error(op.schema().name() + " has tensors of the host and of the device");
    });
  const HostCall first = call_on_host(op, arguments);
  std::vector<std::pair<size_t, at::Tensor>> made;  // new outputs and their places
  for (size_t i = 0; i < first.results.size(); i++) {
    const c10::IValue& result = first.results[i];
    if (!result.isTensor() || !result.toTensor().defined()) {
      if (result.isTensorList()) throw std::logic_error(op.schema().name() + " gives a list; the pretend device does not do that");
      stack->push_back(result);
      continue;
    }
    const at::Tensor& out = result.toTensor();
    at::Tensor given = returned_argument(op, arguments, first, out);
    if (!given.defined()) {
      given = at::empty_strided(out.sizes(), out.strides(), out.options().device(pretend_device()));
      on_host(given).copy_(out);
      made.emplace_back(i, given);
    }
    stack->push_back(given);
  }
  if (!recording) return;
  recording->steps.push_back([op, arguments, made] {
    const HostCall again = call_on_host(op, arguments);
    for (const auto& [i, out] : made) on_host(out).copy_(again.results[i].toTensor());
  });
}

void launch(Step kernel) {
  if (recording) recording->steps.push_back(kernel);
  kernel();
}

}  // namespace

void open_pretend_device() {
  static const bool opened = [] {
    c10::register_privateuse1_backend("pretend");
    c10::SetAllocator(at::kPrivateUse1, new Allocator);
    at::RegisterPrivateUse1HooksInterface(new Hooks);
    kernels::on_launch() = launch;
    return true;
  }();
  static_cast<void>(opened);
}

int64_t times_waited() { return waits; }

WithKernels::WithKernels()
    : library_(std::make_unique<torch::Library>(torch::Library::IMPL, "autocircuit", c10::DispatchKey::PrivateUse1, __FILE__, __LINE__)) {
  kernels::implement(*library_);
}

WithKernels::~WithKernels() = default;

std::unique_ptr<Recording> record_on_pretend_device(const std::function<void()>& work) {
  auto made = std::make_unique<StepsRecording>();
  recording = made.get();
  try {
    work();
  } catch (...) {
    recording = nullptr;
    throw;
  }
  recording = nullptr;
  return made;
}

namespace {

// Everything happens at once, so there is nothing that an event could wait for.
struct GuardImpl final : c10::impl::NoOpDeviceGuardImpl<at::kPrivateUse1> {
  c10::Device exchangeDevice(c10::Device) const override { return pretend_device(); }
  c10::Device getDevice() const override { return pretend_device(); }
  c10::Stream getStream(c10::Device) const noexcept override { return c10::Stream(c10::Stream::DEFAULT, pretend_device()); }
  void record(void**, const c10::Stream&, const c10::DeviceIndex, const c10::EventFlag) const override {}
  void block(void*, const c10::Stream&) const override {}
  bool queryEvent(void*) const override { return true; }
};
C10_REGISTER_GUARD_IMPL(PrivateUse1, GuardImpl)

TORCH_LIBRARY_IMPL(aten, PrivateUse1, m) {
  m.impl("empty.memory_format", empty);
  m.impl("empty_strided", empty_strided);
  m.impl("_copy_from", copy_from);
  m.impl("_local_scalar_dense", local_scalar);
  m.impl("resize_", resize);
  m.impl("unfold", at::native::unfold);
  m.impl("set_.source_Tensor", set_source);
  m.impl("view", at::native::view);
  m.impl("as_strided", at::native::as_strided_tensorimpl);
  m.impl("_reshape_alias", at::native::_reshape_alias);
}

TORCH_LIBRARY_IMPL(_, PrivateUse1, m) { m.fallback(torch::CppFunction::makeFromBoxedFunction<&run_on_host>()); }

}  // namespace
}  // namespace autocircuit::test
