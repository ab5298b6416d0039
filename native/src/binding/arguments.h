#pragma once

#include <napi.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace autocircuit {

// Checked reading of JavaScript values. All throw Error bad_input that says which argument (`what`) is wrong.
std::string to_string(const Napi::Value& value, const std::string& what);
double to_number(const Napi::Value& value, const std::string& what);
int64_t to_integer(const Napi::Value& value, const std::string& what);
bool to_flag(const Napi::Value& value, const std::string& what);
Napi::Array to_array(const Napi::Value& value, const std::string& what);
Napi::Object to_object(const Napi::Value& value, const std::string& what);
std::vector<int64_t> to_integers(const Napi::Value& value, const std::string& what);
std::vector<std::string> to_strings(const Napi::Value& value, const std::string& what);
std::vector<double> to_numbers(const Napi::Value& value, const std::string& what);

inline bool is_missing(const Napi::Value& value) { return value.IsUndefined() || value.IsNull(); }

}  // namespace autocircuit
