#pragma once

#include <exception>
#include <stdexcept>
#include <string>
#include <utility>

namespace autocircuit {

/// A mistake with one of the codes that AutocircuitError has in JavaScript:
/// bad-input, not-found, unknown-name, shape, dtype, disposed, aborted, libtorch, addon, device, out-of-memory, bad-file, not-finite, native.
class Error : public std::runtime_error {
 public:
  Error(std::string code, const std::string& message) : std::runtime_error(message), code_(std::move(code)) {}
  const std::string& code() const noexcept { return code_; }

 private:
  std::string code_;
};

/// Thrown at a cancellation point after CancelToken::cancel().
class Aborted : public Error {
 public:
  Aborted() : Error("aborted", "The operation was aborted by its signal.") {}
};

/// Where an exception came from: LibTorch reports a wrong shape and a wrong index alike, so the place decides the code.
enum class Stage { call /* shape inference while the caller waits */, execution /* arithmetic on the executor */ };

/// Turns any exception into an Error: LibTorch's without its C++ backtrace, failed allocations as out-of-memory.
/// `what` names the operation and is put in front of foreign messages. Never throws anything but std::bad_alloc.
Error describe(std::exception_ptr exception, Stage stage, const std::string& what = "");

}  // namespace autocircuit
