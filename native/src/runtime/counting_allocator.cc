#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <c10/core/impl/alloc_cpu.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "runtime/block_cache.h"
#include "runtime/memory.h"

namespace autocircuit {

namespace {

std::atomic<int64_t> live_bytes{0};
std::atomic<int64_t> peak_bytes{0};

void add(int64_t bytes) noexcept {
  const int64_t now = live_bytes.fetch_add(bytes, std::memory_order_relaxed) + bytes;
  int64_t peak = peak_bytes.load(std::memory_order_relaxed);
  while (now > peak && !peak_bytes.compare_exchange_weak(peak, now, std::memory_order_relaxed)) {
  }
}

// What is to be known of a block when it is freed is kept in front of the data, in one cache line, so that the data stays aligned as
// LibTorch expects it.
constexpr size_t kHeaderBytes = 64;
struct Header {
  size_t bytes;  // that were asked for
  void* block;   // where what `malloc` gave begins; null for a block of LibTorch's own allocator
};
static_assert(sizeof(Header) <= kHeaderBytes);

// Small blocks come from `malloc`, and are aligned here: C libraries keep those that were freed at hand for the next `malloc`, but look for
// aligned ones in all that is free. A pass of a small model asks for thousands.
std::byte* small_block(size_t size, Header& header) {
  constexpr size_t align = kHeaderBytes;
  header.block = std::malloc(size + align - 1);
  if (header.block == nullptr) return nullptr;
  const auto place = reinterpret_cast<uintptr_t>(header.block);
  return static_cast<std::byte*>(header.block) + ((align - place % align) % align);
}

std::atomic<bool> poisons{false};

constexpr size_t kIdleBytes = size_t{256} << 20;
// Never destroyed, like the allocator itself.
BlockCache& cache() {
  static auto* const blocks = new BlockCache(kIdleBytes, c10::free_cpu);
  return *blocks;
}

void release(void* data) {
  if (data == nullptr) return;
  auto* start = static_cast<std::byte*>(data) - kHeaderBytes;
  const Header header = *reinterpret_cast<Header*>(start);
  live_bytes.fetch_sub(static_cast<int64_t>(header.bytes), std::memory_order_relaxed);
  if (header.block != nullptr) std::free(header.block);
  else cache().give(start, BlockCache::block_size(header.bytes + kHeaderBytes));
}

class CountingAllocator final : public c10::Allocator {
 public:
  c10::DataPtr allocate(size_t bytes) override {
    if (bytes == 0) return {nullptr, nullptr, &release, c10::Device(c10::DeviceType::CPU)};
    const size_t size = BlockCache::block_size(bytes + kHeaderBytes);
    Header header{bytes, nullptr};
    std::byte* start = size < BlockCache::kSmallest ? small_block(size, header) : static_cast<std::byte*>(cache().take(size));
    // LibTorch's own says how much there is not.
    if (start == nullptr) start = static_cast<std::byte*>(c10::alloc_cpu(size));
    *reinterpret_cast<Header*>(start) = header;
    add(static_cast<int64_t>(bytes));
    void* data = start + kHeaderBytes;
    if (poisons.load(std::memory_order_relaxed)) std::memset(data, kPoisonByte, bytes);
    return {data, data, &release, c10::Device(c10::DeviceType::CPU)};
  }

  c10::DeleterFnPtr raw_deleter() const override { return &release; }

  void copy_data(void* target, const void* source, size_t bytes) const override { default_copy_data(target, source, bytes); }
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

void release_idle_memory() noexcept { cache().rest(); }

void reset_peak_tensor_memory() noexcept { peak_bytes.store(live_bytes.load()); }

}  // namespace autocircuit
