#pragma once

#include <cstdint>
#include <string>

namespace autocircuit {

// Which products with matrices go by panels of our own; the rest are the general library's.
enum class Panels : uint8_t { never, thin, always };

// What this process does now: what choose_panels was given last, else what AUTOCIRCUIT_PRODUCTS says, else what was measured to be quickest.
// Throws Error bad_input where AUTOCIRCUIT_PRODUCTS is none of the names below.
Panels panels();

// The same from now on, by name: "panels", "library", or "auto" for what is quickest. Throws Error bad_input for any other.
void choose_panels(const std::string& name);

// In words: "all by panels", ...
std::string panels_text();

}  // namespace autocircuit
