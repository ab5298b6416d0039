#pragma once

#include <cstdint>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

namespace autocircuit {

// Those codes of AutocircuitError in JavaScript (packages/base says what each means) that errors from here have, by the names there.
#define AUTOCIRCUIT_ERROR_CODES(CODE)  \
  CODE(bad_input, "bad-input")         \
  CODE(not_found, "not-found")         \
  CODE(shape, "shape")                 \
  CODE(dtype, "dtype")                 \
  CODE(disposed, "disposed")           \
  CODE(aborted, "aborted")             \
  CODE(addon, "addon")                 \
  CODE(device, "device")               \
  CODE(out_of_memory, "out-of-memory") \
  CODE(not_finite, "not-finite")       \
  CODE(bad_file, "bad-file")           \
  CODE(native, "native")

enum class ErrorCode : uint8_t {
#define ERROR_CODE(code, name) code,
  AUTOCIRCUIT_ERROR_CODES(ERROR_CODE)
#undef ERROR_CODE
};

// As JavaScript has it: bad_input is "bad-input".
const char* name_of(ErrorCode code);
// The names of all codes.
std::vector<std::string> error_code_names();

// The one kind of exception that is thrown here. What LibTorch, the standard library and others throw, `describe` makes one of.
class Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  ErrorCode code() const noexcept { return code_; }

 private:
  ErrorCode code_;
};

// Where an exception came from: LibTorch reports a wrong shape and a wrong index alike, so the place decides the code.
enum class Stage { call /* shape inference while the caller waits */, execution /* arithmetic on the executor */ };

// Turns any exception into an Error: LibTorch's without its C++ backtrace, failed allocations as out_of_memory.
// `what` names the operation and is put in front of foreign messages. Never throws anything but std::bad_alloc.
Error describe(std::exception_ptr exception, Stage stage, const std::string& what = "");

}  // namespace autocircuit
