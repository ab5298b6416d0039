#include "binding/map_file.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

#include "binding/arguments.h"
#include "binding/tensor_handle.h"
#include "runtime/error.h"
#include "tensor/dtype.h"

namespace autocircuit {

namespace {

class File {
 public:
  explicit File(const std::string& path) : path_(path), descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (descriptor_ < 0) fail(ErrorCode::not_found, std::string("cannot be opened (") + std::strerror(errno) + ")");
  }
  ~File() { ::close(descriptor_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  // Pages beyond the end of a file would end the process when they are touched.
  void require(size_t end) const {
    struct stat facts;
    if (::fstat(descriptor_, &facts) != 0 || static_cast<size_t>(facts.st_size) < end)
      fail(ErrorCode::bad_file, "ends before byte " + std::to_string(end) + ". Is something still writing it?");
  }

  // Private: a write would copy the page, the file stays as it is.
  void* map(size_t start, size_t bytes) const {
    void* address = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE, descriptor_, static_cast<off_t>(start));
    if (address == MAP_FAILED) fail(ErrorCode::bad_file, std::string("cannot be mapped into memory (") + std::strerror(errno) + ")");
    return address;
  }

 private:
  [[noreturn]] void fail(ErrorCode code, const std::string& what) const { throw Error(code, path_ + ": " + what + "."); }

  std::string path_;
  int descriptor_;
};

at::Tensor mapped(const std::string& path, size_t offset, const std::vector<int64_t>& shape, at::ScalarType dtype) {
  const auto options = at::TensorOptions().dtype(dtype);
  size_t bytes = c10::elementSize(dtype);
  for (const int64_t size : shape) bytes *= static_cast<size_t>(size);
  const File file(path);
  file.require(offset + bytes);
  if (bytes == 0) return at::empty(shape, options);
  const size_t page = static_cast<size_t>(::sysconf(_SC_PAGESIZE)), before = offset % page;
  auto* start = static_cast<std::byte*>(file.map(offset - before, bytes + before));
  return at::from_blob(start + before, shape, [start, length = bytes + before](void*) { ::munmap(start, length); }, options);
}

}  // namespace

Napi::Value map_file(const Napi::CallbackInfo& info) {
  const int64_t offset = to_integer(info[1], "the offset");
  const at::ScalarType dtype = dtype_from_name(to_string(info[3], "the dtype"));
  if (offset < 0 || offset % static_cast<int64_t>(c10::elementSize(dtype)) != 0)
    throw Error(ErrorCode::bad_input, "the offset must be a multiple of the element size.");
  return TensorHandle::create(
      info.Env(), mapped(to_string(info[0], "the path"), static_cast<size_t>(offset), to_integers(info[2], "the shape"), dtype));
}

}  // namespace autocircuit
