#include "devices/device_index.h"

#include <map>
#include <mutex>
#include <tuple>

#include "devices/upload.h"
#include "runtime/error.h"

namespace autocircuit {
namespace {

using Key = std::tuple<c10::DeviceType, c10::DeviceIndex, at::ScalarType, std::vector<int64_t>>;

// A search over many different sets of heads must not fill the device with them.
constexpr size_t kMostKept = 4096;

struct Kept {
  std::mutex mutex;  // backward passes run on a thread of LibTorch's
  std::map<Key, at::Tensor> tensors;
  int known_only = 0;
};

// Never destroyed: at the end of the process the device may be gone first.
Kept& kept() {
  static auto* const all = new Kept;
  return *all;
}

at::Tensor made(const at::Device& device, const std::vector<int64_t>& values, at::ScalarType type) {
  if (type == at::kInt) return upload(std::vector<int32_t>(values.begin(), values.end()), device);
  return upload(values, device);
}

}  // namespace

at::Tensor index_on(const at::Device& device, const std::vector<int64_t>& values, at::ScalarType type) {
  if (device.is_cpu()) return made(device, values, type);
  const std::lock_guard lock(kept().mutex);
  const Key key{device.type(), device.index(), type, values};
  const auto found = kept().tensors.find(key);
  if (found != kept().tensors.end()) return found->second;
  if (kept().known_only > 0) throw Error(ErrorCode::native, "an index is uploaded while a pass is recorded");
  if (kept().tensors.size() >= kMostKept) kept().tensors.clear();
  return kept().tensors.emplace(key, made(device, values, type)).first->second;
}

KnownIndicesOnly::KnownIndicesOnly() {
  const std::lock_guard lock(kept().mutex);
  kept().known_only++;
}

KnownIndicesOnly::~KnownIndicesOnly() {
  const std::lock_guard lock(kept().mutex);
  kept().known_only--;
}

}  // namespace autocircuit
