#include "runtime/error.h"

#include <ATen/ATen.h>

#include <new>
#include <stdexcept>

#include "check.h"
#include "runtime/cancel.h"

using namespace autocircuit;

namespace {

template <typename F>
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
  const Error error = described([] { throw Error("bad-file", "broken"); });
  CHECK_EQUAL(error.code(), "bad-file");
  CHECK_EQUAL(std::string(error.what()), "broken");
}

TEST("describe tells LibTorch's errors apart") {
  const at::Tensor a = at::zeros({2, 3});
  const auto mismatch = [&] { return a.matmul(a); };
  CHECK_EQUAL(described(mismatch, Stage::call).code(), "shape");
  CHECK_EQUAL(described([&] { return a.select(0, 9); }, Stage::execution).code(), "bad-input");
  CHECK_EQUAL(described([&] { return a.to(at::kBool).neg(); }).code(), "dtype");
  const std::string message = described(mismatch, Stage::call, "matmul").what();
  CHECK(message.starts_with("matmul: mat1 and mat2 shapes cannot be multiplied"));
  CHECK(message.find("frame #") == std::string::npos);
}

TEST("describe knows failed allocations") {
  CHECK_EQUAL(described([] { throw std::bad_alloc(); }).code(), "out-of-memory");
  CHECK_EQUAL(described([] { return at::empty({1LL << 50}); }).code(), "out-of-memory");
}

TEST("describe takes anything") {
  CHECK_EQUAL(described([] { throw std::invalid_argument("weight 'x' is missing"); }).code(), "bad-input");
  CHECK_EQUAL(described([] { throw std::runtime_error("odd"); }).code(), "native");
  CHECK_EQUAL(described([] { throw 7; }).code(), "native");
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
  CHECK_THROWS(copy.check(), Aborted, error.code() == "aborted");
}
