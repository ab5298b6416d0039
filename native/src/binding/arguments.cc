#include "binding/arguments.h"

#include <cmath>

#include "runtime/error.h"

namespace autocircuit {

namespace {

constexpr double kLargestExactInteger = 9007199254740991.0;

void require(bool fits, const std::string& what, const char* kind) {
  if (!fits) throw Error(ErrorCode::bad_input, what + " must be " + kind + ".");
}

}  // namespace

std::string to_string(const Napi::Value& value, const std::string& what) {
  require(value.IsString(), what, "a string");
  return value.As<Napi::String>().Utf8Value();
}

double to_number(const Napi::Value& value, const std::string& what) {
  require(value.IsNumber(), what, "a number");
  return value.As<Napi::Number>().DoubleValue();
}

int64_t to_integer(const Napi::Value& value, const std::string& what) {
  const double number = to_number(value, what);
  require(std::trunc(number) == number && std::abs(number) <= kLargestExactInteger, what, "a whole number");
  return static_cast<int64_t>(number);
}

bool to_flag(const Napi::Value& value, const std::string& what) {
  require(value.IsBoolean(), what, "true or false");
  return value.As<Napi::Boolean>().Value();
}

Napi::Array to_array(const Napi::Value& value, const std::string& what) {
  require(value.IsArray(), what, "an array");
  return value.As<Napi::Array>();
}

Napi::Object to_object(const Napi::Value& value, const std::string& what) {
  require(value.IsObject(), what, "an object");
  return value.As<Napi::Object>();
}

std::vector<int64_t> to_integers(const Napi::Value& value, const std::string& what) {
  const Napi::Array array = to_array(value, what);
  std::vector<int64_t> result(array.Length());
  for (uint32_t i = 0; i < array.Length(); i++) {
    result[i] = to_integer(array.Get(i), what + "[" + std::to_string(i) + "]");
  }
  return result;
}

std::vector<std::string> to_strings(const Napi::Value& value, const std::string& what) {
  const Napi::Array array = to_array(value, what);
  std::vector<std::string> result(array.Length());
  for (uint32_t i = 0; i < array.Length(); i++) result[i] = to_string(array.Get(i), what + "[" + std::to_string(i) + "]");
  return result;
}

std::vector<double> to_numbers(const Napi::Value& value, const std::string& what) {
  const Napi::Array array = to_array(value, what);
  std::vector<double> result(array.Length());
  for (uint32_t i = 0; i < array.Length(); i++) {
    result[i] = to_number(array.Get(i), what + "[" + std::to_string(i) + "]");
  }
  return result;
}

}  // namespace autocircuit
