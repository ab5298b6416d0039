#include "devices/gpus.h"

#include <c10/core/CachingDeviceAllocator.h>
#include <c10/core/impl/VirtualGuardImpl.h>

namespace autocircuit {
namespace {

template <class Visit>
void for_each_gpu(const Visit& visit) {
  constexpr c10::DeviceType cuda = c10::DeviceType::CUDA;
  if (!c10::impl::hasDeviceGuardImpl(cuda)) return;
  const int count = c10::impl::VirtualGuardImpl(cuda).deviceCount();
  c10::DeviceAllocator* const allocator = count > 0 ? c10::getDeviceAllocator(cuda) : nullptr;
  if (!allocator || !allocator->initialized()) return;
  for (int i = 0; i < count; i++) visit(*allocator, static_cast<c10::DeviceIndex>(i));
}

}  // namespace

DeviceMemory device_memory() {
  constexpr auto all = static_cast<size_t>(c10::CachingAllocator::StatType::AGGREGATE);
  DeviceMemory memory;
  for_each_gpu([&](c10::DeviceAllocator& allocator, c10::DeviceIndex i) {
    const auto allocated = allocator.getDeviceStats(i).allocated_bytes[all];
    memory.bytes += allocated.current;
    memory.peak_bytes += allocated.peak;
  });
  return memory;
}

void wait_for_devices() {
  for_each_gpu([](c10::DeviceAllocator&, c10::DeviceIndex i) { c10::impl::VirtualGuardImpl(c10::DeviceType::CUDA).synchronizeDevice(i); });
}

void reset_peak_device_memory() {
  for_each_gpu([](c10::DeviceAllocator& allocator, c10::DeviceIndex i) { allocator.resetPeakStats(i); });
}

}  // namespace autocircuit
