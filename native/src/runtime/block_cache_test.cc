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

TEST("a freed block serves the next request of its size, and only that") {
  freed = 0;
  BlockCache cache(8 * kMiB, count_free);
  void* block = std::malloc(2 * kMiB);
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

TEST("idle memory stays within its limit, and small or huge blocks are not kept") {
  freed = 0;
  BlockCache cache(4 * kMiB, count_free);
  for (int i = 0; i < 6; i++) cache.give(std::malloc(kMiB), kMiB);
  CHECK_EQUAL(cache.idle_bytes(), 4 * kMiB);
  CHECK_EQUAL(freed, 2);
  cache.give(std::malloc(5 * kMiB), 5 * kMiB);
  cache.give(std::malloc(100), 100);
  CHECK_EQUAL(freed, 4);
  cache.give(std::malloc(3 * kMiB), 3 * kMiB);
  CHECK_EQUAL(cache.idle_bytes(), 4 * kMiB);
  CHECK_EQUAL(freed, 7);
  std::free(cache.take(3 * kMiB));
  std::free(cache.take(kMiB));
}

TEST("requests of nearly one size share a block size") {
  CHECK_EQUAL(BlockCache::block_size(100), 100u);
  CHECK_EQUAL(BlockCache::block_size(2 * kMiB), 2 * kMiB);
  CHECK_EQUAL(BlockCache::block_size(2 * kMiB + 1), BlockCache::block_size(2 * kMiB + 60000));
}
