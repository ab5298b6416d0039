#pragma once

#include <cstdint>

#include "engine/autoencoders.h"
#include "engine/transformer.h"

// Which blocks of a network write what autoencoders make of their values.
namespace autocircuit {

// Null where there is none.
const Autoencoder* autoencoder_of_attention(const Transformer& model, int64_t layer);
const Autoencoder* autoencoder_of_mlp(const Transformer& model, int64_t layer);

// Whether that of the MLP reads its neurons, or what the MLP itself reads, in whose place it stands.
bool reads_neurons(const Transformer& model, int64_t layer);
bool reads_input(const Transformer& model, int64_t layer);

}  // namespace autocircuit
