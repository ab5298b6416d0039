#pragma once

#include <cstdint>
#include <vector>

#include "runtime/serial.h"

namespace autocircuit {

// What a group's destinations are, and so where they read the residual stream.
enum class GroupKind : uint8_t {
  q,     // query input of every head
  k,     // key input of every key/value head
  v,     // value input of every key/value head
  qkv,   // one input per head, shared by query, key and value
  mlp,   // MLP input
  mid,   // residual stream after attention (unfactorised graphs)
  post,  // residual stream after a block (unfactorised graphs, and where it has an autoencoder)
  end,   // residual stream before the final norm
};

// Destinations that share a module, and their cells [token?][head][source] in the flat edge vector.
struct PatchGroup {
  GroupKind kind;
  int64_t block;
  int64_t heads;
  int64_t first_source;
  int64_t sources;
  int64_t offset;
};

// The table that says what each cell of the flat edge vector patches. `seq_len` is 0 when edges are not split by token. Where `latents` is
// not empty, it says how many latents of each block stand in the place of its MLP among the sources (0: the MLP itself does), with the
// error behind them if there are `errors`; so does `attention_latents` of its heads. `stream_latents` says how many stand for the stream
// behind each block (0: none, and nothing reads it there).
struct PatchGraph {
  Serial serial;
  bool factorized = true;
  int64_t seq_len = 0;
  int64_t sources = 0;
  int64_t edges = 0;
  std::vector<PatchGroup> groups;
  std::vector<int64_t> latents, attention_latents, stream_latents;
  bool errors = false;
};

}  // namespace autocircuit
