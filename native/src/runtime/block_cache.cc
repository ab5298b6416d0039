#include "runtime/block_cache.h"

#include <algorithm>
#include <iterator>

namespace autocircuit {

size_t BlockCache::block_size(size_t bytes) {
  // Coarse steps, so that requests which differ by a few rows can share a block.
  constexpr size_t step = size_t{1} << 16;
  return bytes < kSmallest ? bytes : (bytes + step - 1) / step * step;
}

void* BlockCache::take(size_t size) {
  if (size < kSmallest) return nullptr;
  std::unique_lock lock(mutex_);
  used_bytes_ += size;
  most_used_ = std::max(most_used_, used_bytes_);
  // The block freed last is the likeliest to be in the processor's cache still.
  for (auto idle = idle_.rbegin(); idle != idle_.rend(); ++idle) {
    if (idle->size != size) continue;
    void* block = idle->block;
    idle_bytes_ -= size;
    idle_.erase(std::next(idle).base());
    return block;
  }
  const std::list<Idle> old = evicted();
  lock.unlock();
  free_all(old);
  return nullptr;
}

void BlockCache::give(void* block, size_t size) {
  if (size < kSmallest) return free_(block);
  std::unique_lock lock(mutex_);
  used_bytes_ -= size;
  idle_.push_back({block, size});
  idle_bytes_ += size;
  const std::list<Idle> old = evicted();
  lock.unlock();
  free_all(old);
}

void BlockCache::rest() {
  std::unique_lock lock(mutex_);
  most_used_ = used_bytes_;
  const std::list<Idle> old = evicted();
  lock.unlock();
  free_all(old);
}

std::list<BlockCache::Idle> BlockCache::evicted() {
  std::list<Idle> old;
  const size_t most = std::max(limit_, most_used_ - used_bytes_);
  while (idle_bytes_ > most) {
    idle_bytes_ -= idle_.front().size;
    old.splice(old.end(), idle_, idle_.begin());
  }
  return old;
}

void BlockCache::free_all(const std::list<Idle>& blocks) {
  for (const Idle& each : blocks) free_(each.block);
}

size_t BlockCache::idle_bytes() const {
  const std::lock_guard lock(mutex_);
  return idle_bytes_;
}

}  // namespace autocircuit
