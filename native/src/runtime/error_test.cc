#include "runtime/error.h"

#include <ATen/ATen.h>

#include <new>
#include <stdexcept>

#include "check.h"
#include "runtime/cancel.h"

using namespace autocircuit;

namespace {

template <class F>
Error described(F thrower, Stage stage = Stage::execution, const std::string& what = "") {
  try {
    thrower();
  } catch (...) {
    return describe(std::current_exception(), stage, what);
  }
  throw std::logic_error("nothing was thrown");
}

}  // namespace

TEST("describe keeps our own errors") {
  const Error error = described([] { throw Error(ErrorCode::bad_file, "broken"); });
  CHECK(error.code() == ErrorCode::bad_file);
  CHECK_EQUAL(std::string(error.what()), "broken");
}

TEST("describe tells LibTorch's errors apart") {
  const at::Tensor a = at::zeros({2, 3});
  const auto mismatch = [&] { return a.matmul(a); };
  CHECK(described(mismatch, Stage::call).code() == ErrorCode::shape);
  CHECK(described([&] { return a.select(0, 9); }, Stage::execution).code() == ErrorCode::bad_input);
  CHECK(described([&] { return a.to(at::kBool).neg(); }).code() == ErrorCode::dtype);
  const auto overflow = [&] { return a.to(at::kByte).fill_(1000); };
  CHECK(described(overflow).code() == ErrorCode::dtype);
  CHECK(described(overflow, Stage::call).code() == ErrorCode::dtype);
  const std::string message = described(mismatch, Stage::call, "matmul").what();
  CHECK(message.starts_with("matmul: mat1 and mat2 shapes cannot be multiplied"));
  CHECK(message.find("frame #") == std::string::npos);
}

TEST("describe knows failed allocations") {
  CHECK(described([] { throw std::bad_alloc(); }).code() == ErrorCode::out_of_memory);
  CHECK(described([] { return at::empty({1LL << 50}); }).code() == ErrorCode::out_of_memory);
}

TEST("describe takes anything") {
  CHECK(described([] { throw std::invalid_argument("stoi"); }).code() == ErrorCode::native);
  CHECK(described([] { throw std::runtime_error("odd"); }).code() == ErrorCode::native);
  CHECK(described([] { throw 7; }).code() == ErrorCode::native);
}

TEST("cancel tokens share their flag and follow their parent") {
  const CancelToken token;
  const CancelToken copy = token;
  const CancelToken parent;
  const CancelToken child = token.with_parent(parent);
  CHECK(!child.cancelled());
  parent.cancel();
  CHECK(child.cancelled());
  CHECK(!copy.cancelled());
  token.cancel();
  CHECK(copy.cancelled());
  CHECK_THROWS(copy.check(), Error, error.code() == ErrorCode::aborted);
}
