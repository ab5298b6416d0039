#pragma once

#include <cstdint>
#include <string>

namespace autocircuit {

// Which products with matrices go by panels of our own; the rest are the general library's.
enum class PanelUse : uint8_t { never, thin, always };

// What this process does now: what choose_panel_use was given last, else what AUTOCIRCUIT_PRODUCTS says, else what was measured to be
// quickest. Throws Error bad_input where AUTOCIRCUIT_PRODUCTS is none of the names below.
PanelUse panel_use();

// The same from now on, by name: "panels", "library", or "auto" for what it was at the start. Throws Error bad_input for any other.
void choose_panel_use(const std::string& name);

// In words: "all by panels", ...
std::string panel_use_text();

}  // namespace autocircuit
