#include "runtime/block_cache.h"

#include <iterator>

namespace autocircuit {

size_t BlockCache::block_size(size_t bytes) {
  // Coarse steps, so that requests which differ by a few rows can share a block.
  constexpr size_t step = size_t{1} << 16;
  return bytes < kSmallest ? bytes : (bytes + step - 1) / step * step;
}

void* BlockCache::take(size_t size) {
  if (size < kSmallest) return nullptr;
  const std::lock_guard lock(mutex_);
  // The block freed last is the likeliest to be in the processor's cache still.
  for (auto idle = idle_.rbegin(); idle != idle_.rend(); ++idle) {
    if (idle->size != size) continue;
    void* block = idle->block;
    idle_bytes_ -= size;
    idle_.erase(std::next(idle).base());
    return block;
  }
  return nullptr;
}

void BlockCache::give(void* block, size_t size) {
  std::list<Idle> evicted;
  if (size < kSmallest || size > limit_) {
    free_(block);
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    while (idle_bytes_ + size > limit_) {
      idle_bytes_ -= idle_.front().size;
      evicted.splice(evicted.end(), idle_, idle_.begin());
    }
    idle_.push_back({block, size});
    idle_bytes_ += size;
  }
  for (const Idle& old : evicted) free_(old.block);
}

size_t BlockCache::idle_bytes() const {
  const std::lock_guard lock(mutex_);
  return idle_bytes_;
}

}  // namespace autocircuit
