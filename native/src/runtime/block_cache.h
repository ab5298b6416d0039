#pragma once

#include <cstddef>
#include <list>
#include <mutex>

namespace autocircuit {

// Keeps large blocks of memory after they are freed, for the next request of the same size. A run of the network asks for
// the same tensors again and again, and getting fresh pages from the system each time costs as much as filling them.
// With what is in use it holds no more than was in use at some time since it last rested, but `limit` idle bytes in any case; the blocks
// idle longest go first. Any thread may use it.
class BlockCache {
 public:
  using Free = void (*)(void*);

  BlockCache(size_t limit, Free free) : limit_(limit), free_(free) {}

  // Size of the block to allocate for a request; blocks from the cache are exactly that large.
  static size_t block_size(size_t bytes);
  // Only blocks of at least this size are worth keeping.
  static constexpr size_t kSmallest = size_t{1} << 20;

  // An idle block of this size, or null: then the caller allocates one. In use from now on.
  void* take(size_t size);
  // Keeps a block that was in use, or frees it when it is larger than all that may idle.
  void give(void* block, size_t size);
  // Nothing is asked for at the moment: frees what is more than `limit`, and forgets how much was in use.
  void rest();
  size_t idle_bytes() const;

 private:
  struct Idle {
    void* block;
    size_t size;
  };

  // Takes out what may not idle any longer, for the caller to free without the lock.
  std::list<Idle> evicted();
  void free_all(const std::list<Idle>& blocks);

  const size_t limit_;
  const Free free_;
  mutable std::mutex mutex_;
  std::list<Idle> idle_;  // longest idle first
  size_t idle_bytes_ = 0, used_bytes_ = 0, most_used_ = 0;
};

}  // namespace autocircuit
