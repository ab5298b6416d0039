#include "tensor/op.h"

#include <ATen/ATen.h>

#include <map>

#include "check.h"
#include "runtime/error.h"

using namespace autocircuit;

namespace {

using List = std::vector<int64_t>;

struct Sample {
  Tensors inputs;
  Params params;
};

Params params(std::vector<Param> values) { return Params(std::move(values)); }

// At least one call of every operation.
std::multimap<std::string, Sample> samples() {
  const at::Tensor a = at::arange(6, at::kFloat).reshape({2, 3}) - 2.5;
  const at::Tensor row = at::arange(3, at::kFloat) + 1;
  const at::Tensor whole = at::arange(6).reshape({2, 3});
  const at::Tensor index = at::zeros({2, 1}, at::kLong);
  const at::Tensor flags = whole > 2;
  std::multimap<std::string, Sample> all;
  for (const char* name : {"add", "sub", "mul", "div", "minimum", "maximum", "eq", "ne", "lt", "le", "gt", "ge"}) {
    all.insert({name, {{a, row}, {}}});
    all.insert({name, {{a}, params({2.0})}});
    all.insert({name, {{whole}, params({1.5})}});
    all.insert({name, {{whole, at::ones({4, 1, 1}, at::kInt)}, {}}});
  }
  for (const char* name :
       {"neg",   "abs",    "exp",         "log", "sqrt", "relu", "sigmoid", "tanh", "logicalNot", "isNaN", "isFinite", "contiguous",
        "clone", "detach", "requireGrad", "sum", "mean", "max",  "min",     "any",  "all",        "sort",  "argsort"}) {
    all.insert({name, {{a}, {}}});
    all.insert({name, {{a.t()}, {}}});
  }
  all.insert({"exp", {{whole}, {}}});
  all.insert({"sum", {{flags}, params({List{1}, true})}});
  all.insert({"mean", {{a.to(at::kBFloat16)}, params({List{-1}})}});
  all.insert({"pow", {{a}, params({2.0})}});
  all.insert({"pow", {{whole}, params({0.5})}});
  all.insert({"clamp", {{a}, params({0.0, std::monostate{}})}});
  all.insert({"clamp", {{a}, {}}});
  all.insert({"logicalAnd", {{a, flags}, {}}});
  all.insert({"where", {{flags, a, whole}, {}}});
  all.insert({"where", {{flags, a.to(at::kHalf), at::scalar_tensor(1.0, at::kHalf)}, {}}});
  all.insert({"matmul", {{a, a.t()}, {}}});
  all.insert({"matmul", {{a, row}, {}}});
  all.insert({"transpose", {{a}, params({0.0, 1.0})}});
  all.insert({"permute", {{a}, params({List{1, 0}})}});
  all.insert({"reshape", {{a.t()}, params({List{-1}})}});
  all.insert({"unsqueeze", {{a}, params({-1.0})}});
  all.insert({"squeeze", {{index}, params({1.0})}});
  all.insert({"expand", {{index}, params({List{2, 4}})}});
  all.insert({"repeatInterleave", {{a}, params({2.0, 1.0})}});
  all.insert({"cat", {{a, whole}, params({1.0})}});
  all.insert({"stack", {{a, a}, params({2.0})}});
  all.insert({"to", {{a}, params({std::string("int64")})}});
  all.insert({"slice", {{a}, params({1.0, 1.0, std::monostate{}, 2.0})}});
  all.insert({"select", {{a}, params({1.0, -1.0})}});
  all.insert({"indexSelect", {{a, at::zeros({5}, at::kLong)}, params({1.0})}});
  all.insert({"gather", {{a, index}, params({1.0})}});
  for (const char* name : {"max", "min", "argmax", "argmin"}) all.insert({name, {{a}, params({1.0, true})}});
  for (const char* name : {"cumsum", "softmax", "logSoftmax"}) all.insert({name, {{a}, params({1.0})}});
  all.insert({"topk", {{a}, params({2.0, 1.0})}});
  all.insert({"full", {{}, params({List{2, 3}, 1.5, std::string("float64")})}});
  all.insert({"arange", {{}, params({4.0, std::string("int64")})}});
  const at::Tensor leaf = a.detach().clone().set_requires_grad(true);
  all.insert({"grad", {{(leaf * leaf).sum(), leaf}, {}}});
  return all;
}

Tensors on_meta(const Tensors& tensors) {
  Tensors metas;
  for (const at::Tensor& t : tensors) {
    metas.push_back(at::empty_strided(t.sizes(), t.strides(), t.options().device(at::kMeta).requires_grad(false)));
  }
  return metas;
}

}  // namespace

TEST("every operation announces the shapes and dtypes that it gives") {
  const auto all = samples();
  for (const auto& [name, sample] : all) {
    const Op& op = find_op(name);
    const Tensors announced = infer(name, op, on_meta(sample.inputs), sample.params);
    const Tensors given = op.compute(sample.inputs, sample.params);
    CHECK_EQUAL(announced.size(), given.size());
    for (size_t i = 0; i < given.size(); i++) {
      if (announced[i].sizes() != given[i].sizes() || announced[i].scalar_type() != given[i].scalar_type()) {
        test::fail(__FILE__, __LINE__, name + " announces " + announced[i].toString() + ", gives " + given[i].toString());
      }
    }
  }
  for (const std::string& name : op_names()) {
    if (!all.contains(name)) test::fail(__FILE__, __LINE__, "there is no sample of " + name);
  }
}

TEST("an unknown operation, too few tensors and wrong parameters are refused") {
  const Tensors a{at::empty({2}, at::device(at::kMeta))};
  CHECK_THROWS(find_op("frobnicate"), Error, error.code() == ErrorCode::native);
  CHECK_THROWS(infer("matmul", find_op("matmul"), a, {}), Error, error.code() == ErrorCode::bad_input);
  CHECK_THROWS(infer("select", find_op("select"), a, {}), Error, error.code() == ErrorCode::bad_input);
  CHECK_THROWS(infer("select", find_op("select"), a, params({0.5, 0.0})), Error, error.code() == ErrorCode::bad_input);
  CHECK_THROWS(infer("to", find_op("to"), a, params({std::string("float8")})), Error, error.code() == ErrorCode::dtype);
}

TEST("errors name the operands") {
  const Tensors in{at::empty({2, 3}, at::device(at::kMeta)), at::empty({2}, at::device(at::kMeta))};
  CHECK_THROWS(infer("add", find_op("add"), in, {}), Error, std::string(error.what()).starts_with("add(float32[2, 3], float32[2]): "));
}
