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
constexpr std::size_t mib = std::size_t{1} << 20;

}  // namespace

TEST("a freed block serves the next request of its size, and only that") {
  freed = 0;
  BlockCache cache(8 * mib, count_free);
  void* block = std::malloc(2 * mib);
  cache.give(block, 2 * mib);
  CHECK_EQUAL(cache.idle_bytes(), 2 * mib);
  CHECK(cache.take(3 * mib) == nullptr);
  CHECK(cache.take(2 * mib) == block);
  CHECK(cache.take(2 * mib) == nullptr);
  CHECK_EQUAL(cache.idle_bytes(), 0u);
  cache.give(block, 2 * mib);
  CHECK_EQUAL(freed, 0);
  std::free(cache.take(2 * mib));
}

TEST("idle memory stays within its limit, and small or huge blocks are not kept") {
  freed = 0;
  BlockCache cache(4 * mib, count_free);
  for (int i = 0; i < 6; i++) cache.give(std::malloc(mib), mib);
  CHECK_EQUAL(cache.idle_bytes(), 4 * mib);
  CHECK_EQUAL(freed, 2);
  cache.give(std::malloc(5 * mib), 5 * mib);
  cache.give(std::malloc(100), 100);
  CHECK_EQUAL(freed, 4);
  cache.give(std::malloc(3 * mib), 3 * mib);
  CHECK_EQUAL(cache.idle_bytes(), 4 * mib);
  CHECK_EQUAL(freed, 7);
  std::free(cache.take(3 * mib));
  std::free(cache.take(mib));
}

TEST("requests of nearly one size share a block size") {
  CHECK_EQUAL(BlockCache::block_size(100), 100u);
  CHECK_EQUAL(BlockCache::block_size(2 * mib), 2 * mib);
  CHECK_EQUAL(BlockCache::block_size(2 * mib + 1), BlockCache::block_size(2 * mib + 60000));
}
