#include "runtime/error.h"

#include <c10/util/Exception.h>

#include <new>
#include <string_view>

namespace autocircuit {

namespace {

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

bool is_out_of_memory(std::string_view message) {
  return contains(message, "can't allocate memory") || contains(message, "not enough memory") || contains(message, "out of memory");
}

// A number outside the range of an element type, which LibTorch reports in several kinds of exceptions.
bool is_overflow(std::string_view message) {
  return contains(message, "cannot be converted to type ") && contains(message, " without overflow");
}

bool is_about_dtype(std::string_view message) {
  return is_overflow(message) || contains(message, "dtype") || contains(message, "not implemented for '") ||
         contains(message, "expected scalar type") || contains(message, "data type") || contains(message, "can't be cast") ||
         contains(message, "Boolean") || contains(message, "bool tensor") || contains(message, "floating point") ||
         contains(message, "ScalarType");
}

ErrorCode code_of(const c10::Error& error, std::string_view message, Stage stage) {
  if (dynamic_cast<const c10::OutOfMemoryError*>(&error) || is_out_of_memory(message)) return ErrorCode::out_of_memory;
  if (dynamic_cast<const c10::TypeError*>(&error) || is_about_dtype(message)) return ErrorCode::dtype;
  if (stage == Stage::call) return ErrorCode::shape;
  if (dynamic_cast<const c10::IndexError*>(&error) || contains(message, "out of bounds") || contains(message, "out of DATA bounds") ||
      contains(message, "out of range")) {
    return ErrorCode::bad_input;
  }
  return ErrorCode::native;
}

// First paragraph only: what follows is advice for people who write Python or C++.
std::string first_paragraph(std::string message) {
  const auto end = message.find("\n\n");
  if (end != std::string::npos) message.resize(end);
  while (!message.empty() && (message.back() == '\n' || message.back() == ' ')) message.pop_back();
  return message;
}

}  // namespace

const char* name_of(ErrorCode code) {
  switch (code) {
#define ERROR_CODE(code, name) \
  case ErrorCode::code: return name;
    AUTOCIRCUIT_ERROR_CODES(ERROR_CODE)
#undef ERROR_CODE
  }
  return "native";
}

std::vector<std::string> error_code_names() {
#define ERROR_CODE(code, name) name,
  return {AUTOCIRCUIT_ERROR_CODES(ERROR_CODE)};
#undef ERROR_CODE
}

Error describe(std::exception_ptr exception, Stage stage, const std::string& what) {
  const std::string prefix = what.empty() ? "" : what + ": ";
  try {
    std::rethrow_exception(exception);
  } catch (const Error& error) {
    return error;
  } catch (const c10::Error& error) {
    const std::string message = first_paragraph(error.what_without_backtrace());
    return Error(code_of(error, message, stage), prefix + message);
  } catch (const std::bad_alloc&) {
    return Error(ErrorCode::out_of_memory, prefix + "not enough memory. Use a smaller batch, or dispose tensors earlier.");
  } catch (const std::exception& error) {
    return Error(is_overflow(error.what()) ? ErrorCode::dtype : ErrorCode::native, prefix + error.what());
  } catch (...) {
    return Error(ErrorCode::native, prefix + "an unknown C++ exception was thrown.");
  }
}

}  // namespace autocircuit
