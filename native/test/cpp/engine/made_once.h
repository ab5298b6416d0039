#pragma once

#include <ATen/ATen.h>

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace autocircuit::test {

// What the network written out gives is the same wherever the engine runs, and slow to make: it is made at the first place and found again
// at the others.
class MadeOnce {
 public:
  using Make = std::function<std::vector<at::Tensor>()>;

  // What `make` gives under a name, which is made anew unless the last one of that name was made of the same numbers: `drawn`, what was
  // drawn at random for it.
  const std::vector<at::Tensor>& get(const std::string& name, const std::vector<at::Tensor>& drawn, const Make& make) {
    auto& [made_of, made] = found_[name];
    const auto same = [](const at::Tensor& a, const at::Tensor& b) { return a.equal(b); };
    if (made.empty() || !std::equal(made_of.begin(), made_of.end(), drawn.begin(), drawn.end(), same)) {
      made = make();
      made_of.clear();
      for (const at::Tensor& numbers : drawn) made_of.push_back(numbers.clone());
    }
    return made;
  }

 private:
  std::map<std::string, std::pair<std::vector<at::Tensor>, std::vector<at::Tensor>>> found_;
};

}  // namespace autocircuit::test
