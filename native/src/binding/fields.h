#pragma once

#include <napi.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "binding/arguments.h"
#include "runtime/error.h"

namespace autocircuit {

// Reads the fields of a JavaScript object; a field that is left out gives the fallback.
class Fields {
 public:
  Fields(const Napi::Value& value, std::string what) : object_(to_object(value, what)), what_(std::move(what)) {}

  Napi::Value get(const char* name) const { return object_.Get(name); }
  bool has(const char* name) const { return !is_missing(get(name)); }
  std::string path(const char* name) const { return what_ + "." + name; }

  int64_t integer(const char* name) const { return to_integer(get(name), path(name)); }
  int64_t integer(const char* name, int64_t fallback) const { return has(name) ? integer(name) : fallback; }
  double number(const char* name) const { return to_number(get(name), path(name)); }
  double number(const char* name, double fallback) const { return has(name) ? number(name) : fallback; }
  bool flag(const char* name, bool fallback) const { return has(name) ? to_flag(get(name), path(name)) : fallback; }

  std::vector<int64_t> integers(const char* name) const { return has(name) ? to_integers(get(name), path(name)) : std::vector<int64_t>{}; }
  std::vector<double> numbers(const char* name) const { return has(name) ? to_numbers(get(name), path(name)) : std::vector<double>{}; }

  std::string text(const char* name) const { return to_string(get(name), path(name)); }
  std::vector<std::string> texts(const char* name) const {
    return has(name) ? to_strings(get(name), path(name)) : std::vector<std::string>{};
  }

  // One of several names.
  template <class T>
  T choice(const char* name, const std::vector<std::pair<const char*, T>>& choices) const {
    const std::string given = to_string(get(name), path(name));
    std::string known;
    for (const auto& [label, value] : choices) {
      if (given == label) return value;
      known += (known.empty() ? "" : ", ") + std::string(label);
    }
    throw Error(ErrorCode::bad_input, path(name) + " is '" + given + "'; it must be one of " + known + ".");
  }

 private:
  Napi::Object object_;
  std::string what_;
};

}  // namespace autocircuit
