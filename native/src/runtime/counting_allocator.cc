#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <c10/core/impl/alloc_cpu.h>

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <cstring>

#include "runtime/block_cache.h"
#include "runtime/memory.h"

namespace autocircuit {

namespace {

std::atomic<std::int64_t> live_bytes{0};
std::atomic<std::int64_t> peak_bytes{0};

void add(std::int64_t bytes) noexcept {
  const std::int64_t now = live_bytes.fetch_add(bytes, std::memory_order_relaxed) + bytes;
  std::int64_t peak = peak_bytes.load(std::memory_order_relaxed);
  while (now > peak && !peak_bytes.compare_exchange_weak(peak, now, std::memory_order_relaxed)) {
  }
}

// The size is kept in front of the data, one cache line so that the data stays aligned as LibTorch expects it.
constexpr std::size_t header_bytes = 64;

std::atomic<bool> poisons{false};

constexpr std::size_t most_idle_bytes = std::size_t{256} << 20;
// Never destroyed, like the allocator itself.
BlockCache& cache() {
  static auto* const blocks = new BlockCache(most_idle_bytes, c10::free_cpu);
  return *blocks;
}

void release(void* data) {
  if (data == nullptr) return;
  auto* start = static_cast<std::byte*>(data) - header_bytes;
  const std::size_t bytes = *reinterpret_cast<std::size_t*>(start);
  live_bytes.fetch_sub(static_cast<std::int64_t>(bytes), std::memory_order_relaxed);
  cache().give(start, BlockCache::block_size(bytes + header_bytes));
}

class CountingAllocator final : public c10::Allocator {
 public:
  c10::DataPtr allocate(std::size_t bytes) override {
    if (bytes == 0) return {nullptr, nullptr, &release, c10::Device(c10::DeviceType::CPU)};
    const std::size_t size = BlockCache::block_size(bytes + header_bytes);
    void* block = cache().take(size);
    auto* start = static_cast<std::byte*>(block ? block : c10::alloc_cpu(size));
    *reinterpret_cast<std::size_t*>(start) = bytes;
    add(static_cast<std::int64_t>(bytes));
    void* data = start + header_bytes;
    if (poisons.load(std::memory_order_relaxed)) std::memset(data, poison_byte, bytes);
    return {data, data, &release, c10::Device(c10::DeviceType::CPU)};
  }

  c10::DeleterFnPtr raw_deleter() const override { return &release; }

  void copy_data(void* target, const void* source, std::size_t bytes) const override { default_copy_data(target, source, bytes); }
};

}  // namespace

void install_counting_allocator() {
  // Never destroyed: tensors in static storage are freed after everything else.
  static const bool installed = [] {
    c10::SetCPUAllocator(new CountingAllocator(), /*priority=*/100);
    const char* asked = std::getenv("AUTOCIRCUIT_POISON");
    if (asked && std::strcmp(asked, "1") == 0) poison_new_memory(true);
    return true;
  }();
  static_cast<void>(installed);
}

void poison_new_memory(bool poison) noexcept { poisons.store(poison); }

TensorMemory tensor_memory() noexcept { return {live_bytes.load(), peak_bytes.load()}; }

void reset_peak_tensor_memory() noexcept { peak_bytes.store(live_bytes.load()); }

}  // namespace autocircuit
