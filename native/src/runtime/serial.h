#pragma once

#include <atomic>
#include <cstdint>

namespace autocircuit {

// A number that no other object of the process has or ever had, wherever it lies: what is remembered of an object is remembered under
// this, for an address is used again. Never 0. A copy is another object.
class Serial {
 public:
  Serial() : value_(next()) {}
  Serial(const Serial&) : Serial() {}
  Serial& operator=(const Serial&) {
    value_ = next();
    return *this;
  }
  uint64_t value() const { return value_; }

 private:
  static uint64_t next() {
    static std::atomic<uint64_t> last{0};
    return ++last;
  }
  uint64_t value_;
};

}  // namespace autocircuit
