#include "binding/host_copies.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>

#include <cstdlib>
#include <cstring>
#include <memory>

#include "binding/arguments.h"
#include "binding/environment.h"
#include "binding/errors.h"
#include "binding/run_async.h"
#include "binding/tensor_handle.h"
#include "runtime/error.h"
#include "tensor/deferred.h"
#include "tensor/dtype.h"

namespace autocircuit {

namespace {

at::ScalarType dtype_of(const Napi::TypedArray& array) {
  switch (array.TypedArrayType()) {
    case napi_float32_array: return at::kFloat;
    case napi_float64_array: return at::kDouble;
    case napi_bigint64_array: return at::kLong;
    case napi_int32_array: return at::kInt;
    case napi_uint8_array: return at::kByte;
    default: throw Error(ErrorCode::bad_input, "the data must be a Float32Array, Float64Array, BigInt64Array, Int32Array or Uint8Array.");
  }
}

// What a dtype looks like in JavaScript.
at::ScalarType host_dtype(at::ScalarType dtype) {
  if (dtype == at::kHalf || dtype == at::kBFloat16) return at::kFloat;
  return dtype == at::kBool ? at::kByte : dtype;
}

napi_typedarray_type array_type(at::ScalarType dtype) {
  switch (dtype) {
    case at::kFloat: return napi_float32_array;
    case at::kDouble: return napi_float64_array;
    case at::kLong: return napi_bigint64_array;
    case at::kInt: return napi_int32_array;
    default: return napi_uint8_array;
  }
}

// Plain memory, not a tensor: it belongs to JavaScript, so it must not count as tensor memory.
struct HostBuffer {
  std::unique_ptr<void, decltype(&std::free)> data{nullptr, &std::free};
  size_t bytes = 0;
  size_t elements = 0;
  at::ScalarType dtype = at::kFloat;
};

std::shared_ptr<HostBuffer> copy_out(const at::Tensor& value) {
  auto buffer = std::make_shared<HostBuffer>();
  buffer->dtype = host_dtype(value.scalar_type());
  buffer->elements = static_cast<size_t>(value.numel());
  buffer->bytes = buffer->elements * c10::elementSize(buffer->dtype);
  if (buffer->bytes == 0) return buffer;
  buffer->data.reset(std::malloc(buffer->bytes));
  if (!buffer->data) throw Error(ErrorCode::out_of_memory, "not enough memory. Use a smaller batch, or dispose tensors earlier.");
  at::from_blob(buffer->data.get(), value.sizes(), at::TensorOptions().dtype(buffer->dtype)).copy_(value.detach());
  return buffer;
}

Napi::ArrayBuffer to_array_buffer(Napi::Env env, HostBuffer& buffer) {
  // Handing over the memory spares the event loop the copy, but costs a finalizer: not worth it for little.
  constexpr size_t worth_handing_over = 64 * 1024;
  if (buffer.bytes < worth_handing_over) {
    Napi::ArrayBuffer copy = Napi::ArrayBuffer::New(env, buffer.bytes);
    if (buffer.bytes > 0) std::memcpy(copy.Data(), buffer.data.get(), buffer.bytes);
    return copy;
  }
  return Napi::ArrayBuffer::New(env, buffer.data.release(), buffer.bytes, [](Napi::BasicEnv, void* data) { std::free(data); });
}

Napi::Value to_typed_array(Napi::Env env, HostBuffer& buffer) {
  const Napi::ArrayBuffer memory = to_array_buffer(env, buffer);
  napi_value result = nullptr;
  const napi_status status = napi_create_typedarray(env, array_type(buffer.dtype), buffer.elements, memory, 0, &result);
  NAPI_THROW_IF_FAILED(env, status, Napi::Value());
  return Napi::Value(env, result);
}

}  // namespace

Napi::Value from_host(const Napi::CallbackInfo& info) {
  if (!info[0].IsTypedArray()) throw Error(ErrorCode::bad_input, "the data must be a typed array.");
  const auto data = info[0].As<Napi::TypedArray>();
  const at::ScalarType given = dtype_of(data);
  const std::vector<int64_t> shape = to_integers(info[1], "the shape");
  const std::string dtype = to_string(info[2], "the dtype");
  const at::ScalarType wanted = dtype_from_name(dtype);

  at::Tensor copy = at::empty(shape, at::TensorOptions().dtype(given));
  if (static_cast<size_t>(copy.numel()) != data.ElementLength()) {
    throw Error(ErrorCode::shape, "the data has " + std::to_string(data.ElementLength()) + " elements, the shape needs " +
                                      std::to_string(copy.numel()) + ".");
  }
  if (copy.numel() > 0) {
    const auto* bytes = static_cast<const std::byte*>(data.ArrayBuffer().Data()) + data.ByteOffset();
    std::memcpy(copy.mutable_data_ptr(), bytes, data.ByteLength());
  }
  if (given == wanted) return TensorHandle::create(info.Env(), std::move(copy));

  auto slot = std::make_shared<TensorSlot>();
  slot->value = std::move(copy);
  at::Tensor meta = at::empty(shape, at::TensorOptions().dtype(wanted).device(at::kMeta));
  const Op& convert = find_op("to");
  const auto slots = enqueue("to", convert, {std::move(slot)}, Params({dtype}), 1, Environment::of(info.Env()).channel->closing());
  return TensorHandle::create(info.Env(), {slots[0], std::move(meta), false, false});
}

Napi::Value to_host(const Napi::CallbackInfo& info) {
  const SlotPtr slot = TensorHandle::from(info[0], "the tensor").slot();
  return run_async(info.Env(), [slot](const CancelToken&) -> Convert {
    const auto buffer = copy_out(slot->get());
    return [buffer](Napi::Env env) { return to_typed_array(env, *buffer); };
  });
}

}  // namespace autocircuit
