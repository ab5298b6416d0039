#include "kernels/cpu/attended_heads.h"

#include <ATen/ATen.h>
#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "kernels/cpu/row_arguments.h"

namespace autocircuit {
namespace {

int64_t filled(int64_t count, int64_t to) { return (count + to - 1) / to * to; }

// As kernels read it: rows whose numbers lie side by side, of narrower types in float32.
at::Tensor readable(const at::Tensor& x) {
  const at::Tensor wide = on_cpu::has_kernels(x) ? x : x.to(at::kFloat);
  return wide.stride(-1) == 1 || wide.size(-1) == 1 ? wide : wide.contiguous();
}

// [B, H, P, d], in memory [B, P, H, d]: as projections write and read it.
at::Tensor like_heads(const at::Tensor& x) { return at::empty({x.size(0), x.size(2), x.size(1), x.size(3)}, x.options()).transpose(1, 2); }

// What the queries of an example do not see, as the kernels take it.
template <class T>
struct Hidden {
  std::vector<T> numbers;      // [1 or Pq, filled keys]
  std::vector<int32_t> reach;  // of each kQueriesAtOnce queries
  int64_t row = 0;             // between rows; 0 where all queries see the same
};

template <class T>
Hidden<T> nothing_hidden(int64_t queries, int64_t keys) {
  const int64_t width = filled(keys, kFilledTo<T>);
  Hidden<T> result;
  result.numbers.assign(width, -std::numeric_limits<T>::infinity());
  std::fill_n(result.numbers.begin(), keys, T(0));
  for (int64_t query = 0; query < queries; query += kQueriesAtOnce)
    result.reach.insert(result.reach.end(), {0, static_cast<int32_t>(width)});
  return result;
}

// `sees` [Pq, Pk]
template <class T>
Hidden<T> hidden_of(const bool* sees, int64_t queries, int64_t keys) {
  Hidden<T> result;
  result.row = filled(keys, kFilledTo<T>);
  result.numbers.assign(queries * result.row, -std::numeric_limits<T>::infinity());
  for (int64_t from = 0; from < queries; from += kQueriesAtOnce) {
    int64_t first = keys, end = 0;
    for (int64_t query = from; query < std::min(queries, from + kQueriesAtOnce); query++)
      for (int64_t key = 0; key < keys; key++) {
        if (!sees[query * keys + key]) continue;
        result.numbers[query * result.row + key] = 0;
        first = std::min(first, key);
        end = std::max(end, key + 1);
      }
    result.reach.push_back(static_cast<int32_t>(first / kFilledTo<T> * kFilledTo<T>));
    result.reach.push_back(static_cast<int32_t>(filled(end, kFilledTo<T>)));
  }
  return result;
}

// What is hidden in an example: made once where it is the same in all, else by each thread for the example that it is at.
template <class T>
class HiddenKeys {
 public:
  HiddenKeys(const at::Tensor& allowed, int64_t queries, int64_t keys) : queries_(queries), keys_(keys) {
    if (!allowed.defined()) {
      shared_ = nothing_hidden<T>(queries, keys);
      return;
    }
    allowed_ = allowed.contiguous();
    differs_ = allowed_.size(0) > 1;
    if (!differs_) shared_ = hidden_of<T>(allowed_.const_data_ptr<bool>(), queries, keys);
  }

  // In `mine`, which a thread keeps with the example it is of, -1 at first.
  const Hidden<T>& of(int64_t example, std::pair<int64_t, Hidden<T>>& mine) const {
    if (!differs_) return shared_;
    if (mine.first != example)
      mine = {example, hidden_of<T>(allowed_.const_data_ptr<bool>() + example * queries_ * keys_, queries_, keys_)};
    return mine.second;
  }

 private:
  const int64_t queries_, keys_;
  at::Tensor allowed_;
  bool differs_ = false;
  Hidden<T> shared_;
};

template <class T>
HeadRows<const T> rows_at(const at::Tensor& x, int64_t example, int64_t head) {
  return {x.const_data_ptr<T>() + example * x.stride(0) + head * x.stride(1), x.stride(1), x.stride(2)};
}

template <class T>
HeadRows<T> rows_to(const at::Tensor& x, int64_t example, int64_t head) {
  return {x.mutable_data_ptr<T>() + example * x.stride(0) + head * x.stride(1), x.stride(1), x.stride(2)};
}

// Goes through all groups of heads that share keys: work(group, example, first query head, key head).
template <class T, class Work>
void for_groups(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const at::Tensor& allowed, double scale,
                const at::Tensor& statistics, const Work& work) {
  const int64_t queries = q.size(2), keys = k.size(2), d = q.size(3), key_heads = k.size(1), heads = q.size(1) / key_heads;
  const HiddenKeys<T> hidden_keys(allowed, queries, keys);
  const int64_t filled_keys = filled(keys, kFilledTo<T>), filled_d = filled(d, kFilledTo<T>), line = kFilledTo<T>;
  T* const all_statistics = statistics.mutable_data_ptr<T>();
  at::parallel_for(0, q.size(0) * key_heads, on_cpu::grain(heads * queries * keys), [&](int64_t from, int64_t to) {
    std::vector<T> memory(attention_room(filled_keys, filled_d) + line);
    const int64_t ahead = line - static_cast<int64_t>(reinterpret_cast<uintptr_t>(memory.data()) / sizeof(T)) % line;
    std::pair<int64_t, Hidden<T>> mine{-1, {}};
    for (int64_t i = from; i < to; i++) {
      const int64_t example = i / key_heads, key_head = i % key_heads, head = key_head * heads;
      const Hidden<T>& hidden = hidden_keys.of(example, mine);
      const AttentionGroup<T> group{heads,
                                    queries,
                                    keys,
                                    d,
                                    filled_keys,
                                    filled_d,
                                    rows_at<T>(q, example, head),
                                    rows_at<T>(k, example, key_head),
                                    rows_at<T>(v, example, key_head),
                                    static_cast<T>(scale),
                                    hidden.numbers.data(),
                                    hidden.row,
                                    hidden.reach.data(),
                                    all_statistics + (example * q.size(1) + head) * queries * 2,
                                    memory.data() + ahead};
      work(group, example, head, key_head);
    }
  });
}

}  // namespace

bool can_attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
  // With keys of many positions the narrower types' own instructions make up for what LibTorch's operator takes to begin.
  const int64_t most_bytes = on_cpu::has_kernels(q) ? int64_t{512} << 10 : int64_t{32} << 10;
  return q.is_cpu() && q.numel() > 0 && k.sizes() == v.sizes() && q.size(1) % k.size(1) == 0 &&
         k.size(2) * k.size(3) * q.element_size() <= most_bytes;
}

Attended attended_heads(const at::Tensor& q_in, const at::Tensor& k_in, const at::Tensor& v_in, const at::Tensor& allowed, double scale,
                        const Kernels& use) {
  const at::Tensor q = readable(q_in), k = readable(k_in), v = readable(v_in);
  const Attended result{like_heads(q), at::empty({q.size(0), q.size(1), q.size(2), 2}, q.options())};
  AT_DISPATCH_FLOATING_TYPES(q.scalar_type(), "attended_heads", [&] {
    for_groups<scalar_t>(q, k, v, allowed, scale, result.statistics,
                         [&](const AttentionGroup<scalar_t>& group, int64_t example, int64_t head, int64_t) {
                           of_type<scalar_t>(use).attend(group, rows_to<scalar_t>(result.z, example, head));
                         });
  });
  return {result.z.to(q_in.scalar_type()), result.statistics};
}

AttendedGrads attended_heads_backward(const at::Tensor& z_grad_in, const at::Tensor& q_in, const at::Tensor& k_in, const at::Tensor& v_in,
                                      const at::Tensor& allowed, double scale, const at::Tensor& statistics, const Kernels& use) {
  const at::Tensor q = readable(q_in), k = readable(k_in), v = readable(v_in), z_grad = readable(z_grad_in);
  const AttendedGrads grads{like_heads(q), like_heads(k), like_heads(v)};
  AT_DISPATCH_FLOATING_TYPES(q.scalar_type(), "attended_heads_backward", [&] {
    for_groups<scalar_t>(q, k, v, allowed, scale, statistics,
                         [&](const AttentionGroup<scalar_t>& group, int64_t example, int64_t head, int64_t key_head) {
                           of_type<scalar_t>(use).attend_backward(
                               group, {rows_at<scalar_t>(z_grad, example, head), rows_to<scalar_t>(grads.q, example, head),
                                       rows_to<scalar_t>(grads.k, example, key_head), rows_to<scalar_t>(grads.v, example, key_head)});
                         });
  });
  const at::ScalarType type = q_in.scalar_type();
  return {grads.q.to(type), grads.k.to(type), grads.v.to(type)};
}

}  // namespace autocircuit
