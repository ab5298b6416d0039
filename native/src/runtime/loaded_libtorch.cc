#include "runtime/loaded_libtorch.h"

#include <ATen/Context.h>
#include <dlfcn.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

namespace autocircuit {

namespace {

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace

std::string loaded_libtorch() {
  Dl_info info{};
  if (dladdr(reinterpret_cast<void*>(&at::globalContext), &info) == 0 || !info.dli_fname) return "unknown";
  std::error_code failed;
  const std::filesystem::path folder = std::filesystem::canonical(info.dli_fname, failed).parent_path().parent_path();
  if (failed) return "unknown";
  // The wheel says __version__ = '2.13.0+cpu', the archive's build-version is 2.13.0+cpu.
  for (const char* name : {"version.py", "build-version"}) {
    const std::string text = text_of(folder / name);
    std::smatch found;
    if (std::regex_search(text, found, std::regex(R"((\d+\.\d+\.\d+))"))) return found[1];
  }
  return "unknown";
}

}  // namespace autocircuit
