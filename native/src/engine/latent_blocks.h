#pragma once

#include <cstdint>

#include "engine/autoencoders.h"
#include "engine/reading_points.h"
#include "engine/transformer.h"

// Which blocks of a network write what autoencoders make of their values.
namespace autocircuit {

// Null where there is none.
const Autoencoder* autoencoder_of_attention(const Transformer& model, int64_t block);
const Autoencoder* autoencoder_of_mlp(const Transformer& model, int64_t block);
const Autoencoder* autoencoder_of_stream(const Transformer& model, int64_t block);

// The ordinary sources of a network's graphs, and of a network with these autoencoders.
SourceOrder source_order(const Transformer& model, bool factorized = true);
SourceOrder source_order(const TransformerConfig& config, const Autoencoders& autoencoders);

// Whether that of the MLP reads its neurons, or what the MLP itself reads, in whose place it stands.
bool reads_neurons(const Transformer& model, int64_t block);
bool reads_input(const Transformer& model, int64_t block);

}  // namespace autocircuit
