#pragma once

#include <napi.h>

#include <cstdint>

namespace autocircuit {

// What V8 is told of the memory that tensors take. For every 64 MiB more it looks through the whole heap for what nobody holds any longer,
// which a program that disposes its tensors need not pay for again and again: so V8 is told of the most that was held at once, and of less
// again only when it found a tensor that was not disposed. One for each thread, as each has an environment of its own.
class ToldMemory {
 public:
  static ToldMemory& here();

  void hold(Napi::BasicEnv env, int64_t bytes);
  // `collected`: it was found by the collector.
  void let_go(Napi::BasicEnv env, int64_t bytes, bool collected);

 private:
  void tell(Napi::BasicEnv env);

  int64_t held_ = 0, told_ = 0;
};

}  // namespace autocircuit
