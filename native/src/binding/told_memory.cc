#include "binding/told_memory.h"

#include <utility>

namespace autocircuit {

ToldMemory& ToldMemory::here() {
  thread_local ToldMemory memory;
  return memory;
}

void ToldMemory::hold(Napi::BasicEnv env, int64_t bytes) {
  held_ += bytes;
  if (held_ > told_) tell(env);
}

void ToldMemory::let_go(Napi::BasicEnv env, int64_t bytes, bool collected) {
  held_ -= bytes;
  if (collected) tell(env);
}

void ToldMemory::tell(Napi::BasicEnv env) { Napi::MemoryManagement::AdjustExternalMemory(env, held_ - std::exchange(told_, held_)); }

}  // namespace autocircuit
