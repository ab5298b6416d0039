#include "devices/device_library.h"

#include <ATen/Context.h>
#include <ATen/cuda/CUDAGraph.h>
#include <c10/core/Event.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>
#include <cuda_runtime_api.h>
#include <torch/library.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <string>

#include "device_operators/operators.h"
#include "runtime/error.h"

namespace autocircuit {
namespace {

// Throws where there is no such device; LibTorch's allocator for it is ready afterwards.
void require(int device) {
  const int count = c10::cuda::device_count_ensure_non_zero();
  if (device < 0 || device >= count)
    throw Error(ErrorCode::device, "there is no CUDA device " + std::to_string(device) + ": this machine has " + std::to_string(count));
  at::globalContext().lazyInitDevice(at::kCUDA);
}

struct Memory {
  size_t free = 0, total = 0;
};

Memory memory_of(int device) {
  const c10::cuda::CUDAGuard guard(static_cast<c10::DeviceIndex>(device));
  Memory memory;
  C10_CUDA_CHECK(cudaMemGetInfo(&memory.free, &memory.total));
  return memory;
}

// Always the same one, since LibTorch keeps a workspace for matrix products with each stream.
c10::cuda::CUDAStream recording_stream(int device) {
  static std::mutex mutex;
  static std::map<int, c10::cuda::CUDAStream> streams;
  const std::lock_guard lock(mutex);
  const auto known = streams.find(device);
  if (known != streams.end()) return known->second;
  return streams.emplace(device, c10::cuda::getStreamFromPool(false, static_cast<c10::DeviceIndex>(device))).first->second;
}

// What is put onto `later` from now on runs after what `earlier` has.
void wait(const c10::cuda::CUDAStream& later, const c10::cuda::CUDAStream& earlier) {
  c10::Event event(c10::DeviceType::CUDA);
  event.record(earlier.unwrap());
  event.block(later.unwrap());
}

// Ends a capture whose work has failed, which may have made it invalid. The first error is the one that counts.
void abandon(at::cuda::CUDAGraph& graph) noexcept {
  try {
    graph.capture_end();
  } catch (const std::exception&) {
    static_cast<void>(cudaGetLastError());  // or the next launch would report it
  }
}

class GraphRecording : public Recording {
 public:
  GraphRecording(int device, const std::function<void()>& work) {
    const c10::cuda::CUDAStreamGuard guard(recording_stream(device));
    // Other threads may go on using CUDA: the capture concerns calls of this one.
    graph_.capture_begin({0, 0}, cudaStreamCaptureModeThreadLocal);
    try {
      work();
    } catch (...) {
      abandon(graph_);
      throw;
    }
    graph_.capture_end();
  }

  void replay() override { graph_.replay(); }

 private:
  at::cuda::CUDAGraph graph_;
};

class CudaLibrary : public DeviceLibrary {
 public:
  std::string libtorch() const override { return AUTOCIRCUIT_LIBTORCH_VERSION; }
  std::string cuda() const override { return AUTOCIRCUIT_CUDA_VERSION; }
  std::string architectures() const override { return AUTOCIRCUIT_CUDA_ARCHITECTURES; }

  void register_operators() const override {
    // Never destroyed: at the end of the process LibTorch's dispatcher may be gone first.
    static const torch::Library* const registered = [] {
      auto* const library = new torch::Library(torch::Library::IMPL, "autocircuit", c10::DispatchKey::CUDA, __FILE__, __LINE__);
      kernels::implement(*library);
      return library;
    }();
    static_cast<void>(registered);
  }

  DeviceFacts facts(int device) const override {
    require(device);
    cudaDeviceProp properties;
    C10_CUDA_CHECK(cudaGetDeviceProperties(&properties, device));
    const Memory memory = memory_of(device);
    const auto total = static_cast<int64_t>(memory.total), free = static_cast<int64_t>(memory.free);
    return {properties.name, properties.major, properties.minor, total, free};
  }

  void limit_memory(int device, int64_t bytes) const override {
    require(device);
    if (bytes < 0) throw Error(ErrorCode::bad_input, "a limit of memory cannot be negative: " + std::to_string(bytes) + " bytes");
    const double share = bytes == 0 ? 1 : static_cast<double>(bytes) / static_cast<double>(memory_of(device).total);
    c10::cuda::CUDACachingAllocator::setMemoryFraction(std::min(share, 1.0), static_cast<c10::DeviceIndex>(device));
  }

  std::unique_ptr<Recording> record(int device, const std::function<void()>& work) const override {
    require(device);
    const c10::cuda::CUDAGuard guard(static_cast<c10::DeviceIndex>(device));
    const c10::cuda::CUDAStream current = c10::cuda::getCurrentCUDAStream(), side = recording_stream(device);
    wait(side, current);
    auto recording = std::make_unique<GraphRecording>(device, work);
    wait(current, side);
    return recording;
  }
};

}  // namespace
}  // namespace autocircuit

extern "C" {

__attribute__((visibility("default"))) int autocircuit_device_library_layout() { return autocircuit::kDeviceLibraryLayout; }

__attribute__((visibility("default"))) const autocircuit::DeviceLibrary* autocircuit_device_library() {
  static const autocircuit::CudaLibrary library;
  return &library;
}

}  // extern "C"
