#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "runtime/serial.h"

namespace autocircuit {

class Workspace;

// What transformers make something of and keep that in their workspaces: when it goes, so does that.
class Origin {
 public:
  Origin() = default;
  Origin(const Origin&) = delete;
  Origin& operator=(const Origin&) = delete;
  ~Origin();
  uint64_t serial() const { return serial_.value(); }

 private:
  friend class Workspace;
  Serial serial_;
  mutable std::vector<std::weak_ptr<Workspace>> kept_in_;
};

}  // namespace autocircuit
