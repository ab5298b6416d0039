#include "runtime/block_cache.h"

#include <cstdlib>

#include "check.h"

using namespace autocircuit;

namespace {

int freed = 0;
void count_free(void* block) {
  freed++;
  std::free(block);
}
constexpr size_t kMiB = size_t{1} << 20;

}  // namespace

// As the allocator asks for it.
void* block_of(BlockCache& cache, size_t size) {
  void* block = cache.take(size);
  return block ? block : std::malloc(size);
}

TEST("a freed block serves the next request of its size, and only that") {
  freed = 0;
  BlockCache cache(8 * kMiB, count_free);
  void* block = block_of(cache, 2 * kMiB);
  cache.give(block, 2 * kMiB);
  CHECK_EQUAL(cache.idle_bytes(), 2 * kMiB);
  CHECK(cache.take(3 * kMiB) == nullptr);
  CHECK(cache.take(2 * kMiB) == block);
  CHECK(cache.take(2 * kMiB) == nullptr);
  CHECK_EQUAL(cache.idle_bytes(), 0u);
  cache.give(block, 2 * kMiB);
  CHECK_EQUAL(freed, 0);
  std::free(cache.take(2 * kMiB));
}

TEST("blocks that idle and those in use are no more than were in use at once, and a little") {
  freed = 0;
  BlockCache cache(2 * kMiB, count_free);
  void* blocks[6];
  for (void*& block : blocks) block = block_of(cache, kMiB);
  for (void* block : blocks) cache.give(block, kMiB);
  CHECK_EQUAL(cache.idle_bytes(), 6 * kMiB);
  // Of another size: what idles makes room for it.
  void* other = block_of(cache, 3 * kMiB);
  CHECK_EQUAL(cache.idle_bytes(), 3 * kMiB);
  CHECK_EQUAL(freed, 3);
  // More than ever before: the little that may idle in any case.
  void* large = block_of(cache, 8 * kMiB);
  CHECK_EQUAL(cache.idle_bytes(), 2 * kMiB);
  CHECK_EQUAL(freed, 4);
  cache.give(large, 8 * kMiB);
  cache.give(other, 3 * kMiB);
  CHECK_EQUAL(cache.idle_bytes(), 11 * kMiB);
  CHECK_EQUAL(freed, 6);
  void* small = std::malloc(100);
  cache.give(small, 100);
  CHECK_EQUAL(freed, 7);
  CHECK_EQUAL(cache.idle_bytes(), 11 * kMiB);
  std::free(cache.take(8 * kMiB));
  std::free(cache.take(3 * kMiB));
}

TEST("a cache that rests keeps a little, and what is in use as long as that is in use") {
  freed = 0;
  BlockCache cache(4 * kMiB, count_free);
  void* blocks[6];
  for (void*& block : blocks) block = block_of(cache, kMiB);
  void* const last = blocks[5];
  for (void* block : blocks)
    if (block != last) cache.give(block, kMiB);
  CHECK_EQUAL(cache.idle_bytes(), 5 * kMiB);
  cache.rest();
  CHECK_EQUAL(cache.idle_bytes(), 4 * kMiB);
  CHECK_EQUAL(freed, 1);
  // What was in use before it rested is forgotten.
  cache.give(last, kMiB);
  CHECK_EQUAL(cache.idle_bytes(), 4 * kMiB);
  CHECK_EQUAL(freed, 2);
  void* huge = block_of(cache, 9 * kMiB);
  cache.rest();
  CHECK_EQUAL(cache.idle_bytes(), 4 * kMiB);
  cache.give(huge, 9 * kMiB);
  CHECK_EQUAL(cache.idle_bytes(), 9 * kMiB);
  cache.rest();
  CHECK_EQUAL(cache.idle_bytes(), 0u);
  CHECK_EQUAL(freed, 7);
}

TEST("requests of nearly one size share a block size") {
  CHECK_EQUAL(BlockCache::block_size(100), 100u);
  CHECK_EQUAL(BlockCache::block_size(2 * kMiB), 2 * kMiB);
  CHECK_EQUAL(BlockCache::block_size(2 * kMiB + 1), BlockCache::block_size(2 * kMiB + 60000));
}
