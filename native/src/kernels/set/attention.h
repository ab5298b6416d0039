#pragma once

#include "kernels/kernels.h"
#include "kernels/set/exponential.h"
#include "kernels/set/vectors.h"

// The core of attention, for keys few enough that a group's lie in the second-level cache. All of it is products of a few rows with a
// matrix whose rows are whole registers: keys and values are filled up with zeros, or turned, once for all heads that share them.

namespace autocircuit {
namespace {

template <class T, int Rows, int Registers, bool Add>
AUTOCIRCUIT_INLINE void small_tile(int64_t terms, const T* const* a, int64_t a_step, const T* b, int64_t b_row, T* c, int64_t c_row) {
  Vector<T> sums[Rows][Registers] = {};
  if constexpr (Add)
#pragma GCC unroll 8
    for (int r = 0; r < Rows; r++)
#pragma GCC unroll 2
      for (int j = 0; j < Registers; j++) load(sums[r][j], c + r * c_row + j * kWidth<T>);
  for (int64_t i = 0; i < terms; i++) {
    Vector<T> line[Registers];
#pragma GCC unroll 2
    for (int j = 0; j < Registers; j++) load(line[j], b + i * b_row + j * kWidth<T>);
#pragma GCC unroll 8
    for (int r = 0; r < Rows; r++)
#pragma GCC unroll 2
      for (int j = 0; j < Registers; j++) sums[r][j] += a[r][i * a_step] * line[j];
  }
#pragma GCC unroll 8
  for (int r = 0; r < Rows; r++)
#pragma GCC unroll 2
    for (int j = 0; j < Registers; j++) store(c + r * c_row + j * kWidth<T>, sums[r][j]);
}

template <class T>
struct SmallMatrix {
  const T* data;
  int64_t row, step;  // between rows, and between a row's numbers
};

template <class T, int Rows, int Registers, bool Add>
AUTOCIRCUIT_INLINE void tiles_of(int64_t rows, int64_t terms, const SmallMatrix<T>& a, const T* b, int64_t b_row, T* c, int64_t c_row) {
  for (int64_t row = 0; row < rows; row += Rows) {
    const T* places[Rows];
    for (int r = 0; r < Rows; r++) places[r] = a.data + smaller<int64_t>(row + r, rows - 1) * a.row;
    small_tile<T, Rows, Registers, Add>(terms, places, a.step, b, b_row, c + row * c_row, c_row);
  }
}

// c [rows, numbers] = a [rows, terms] b [terms, numbers], or added to it; `numbers` are whole registers. There is room in c for rows filled
// up to eight: what is written there has no meaning.
template <class T, bool Add = false>
void small_product(int64_t rows, int64_t numbers, int64_t terms, const SmallMatrix<T>& a, const T* b, int64_t b_row, T* c, int64_t c_row) {
  int64_t i = 0;
  for (; i + 2 * kWidth<T> <= numbers; i += 2 * kWidth<T>) tiles_of<T, 4, 2, Add>(rows, terms, a, b + i, b_row, c + i, c_row);
  if (i < numbers) tiles_of<T, 8, 1, Add>(rows, terms, a, b + i, b_row, c + i, c_row);
}

// to [rows, filled] = from [rows, d], with zeros behind it.
template <class T>
void fill_rows(int64_t rows, int64_t d, int64_t filled, const T* from, int64_t stride, T* to) {
  for (int64_t r = 0; r < rows; r++) {
    std::memcpy(to + r * filled, from + r * stride, d * sizeof(T));
    std::memset(to + r * filled + d, 0, (filled - d) * sizeof(T));
  }
}

// to [d, filled] = from [rows, d] turned, with zeros behind it.
template <class T>
void turn_rows(int64_t rows, int64_t d, int64_t filled, const T* from, int64_t stride, T* to) {
  for (int64_t i = 0; i < d; i++) {
    for (int64_t r = 0; r < rows; r++) to[i * filled + r] = from[r * stride + i];
    std::memset(to + i * filled + rows, 0, (filled - rows) * sizeof(T));
  }
}

// Where the matrices of a group lie in its room.
template <class T>
struct AttentionRoom {
  explicit AttentionRoom(const AttentionGroup<T>& group) {
    T* next = group.room;
    const auto take = [&](int64_t numbers) {
      T* const place = next;
      next += numbers;
      return place;
    };
    const int64_t of_keys = (group.filled_keys + 8) * group.filled_d;
    turned_keys = take(of_keys);
    turned_values = take(of_keys);
    rows = take(of_keys);
    key_grads = take(of_keys);
    value_grads = take(of_keys);
    weights = take(kQueriesAtOnce * group.filled_keys);
    score_grads = take(kQueriesAtOnce * group.filled_keys);
    queries = take(kQueriesAtOnce * group.filled_d);
    z_grads = take(kQueriesAtOnce * group.filled_d);
    out = take(kQueriesAtOnce * group.filled_d);
  }
  T *turned_keys, *turned_values, *rows, *key_grads, *value_grads;  // `rows`: of values forward, of keys backward
  T *weights, *score_grads, *queries, *z_grads, *out;
};

// Some queries and the keys that any of them sees.
struct SeenKeys {
  int64_t first, end, count;  // `end` filled up, `count` of keys that there are
};

template <class T>
AUTOCIRCUIT_INLINE SeenKeys keys_seen(const AttentionGroup<T>& group, int64_t query) {
  const int32_t* const reach = group.reach + query / kQueriesAtOnce * 2;
  return {reach[0], reach[1], smaller<int64_t>(reach[1], group.keys) - reach[0]};
}

template <class T>
AUTOCIRCUIT_INLINE void score(const AttentionGroup<T>& group, const AttentionRoom<T>& room, const SeenKeys& seen, int64_t head,
                              int64_t query, int64_t rows) {
  small_product<T>(rows, seen.end - seen.first, group.d, {group.q.at(head, query), group.q.row, 1}, room.turned_keys + seen.first,
                   group.filled_keys, room.weights + seen.first, group.filled_keys);
}

// A register of scores as softmax takes them.
template <class T>
AUTOCIRCUIT_INLINE void seen_scores(Vector<T>& scores, T scale, const T* hidden) {
  Vector<T> hides;
  load(hides, hidden);
  scores = hides < T(0) ? hides : scores * scale;
}

// A row's scores become exponentials of what each is below the largest.
template <class T>
AUTOCIRCUIT_INLINE void exponentials(const AttentionGroup<T>& group, const SeenKeys& seen, const T* hidden, T* row, T* statistics) {
  Vector<T> most = -__builtin_inf() + Vector<T>{};
  for (int64_t i = seen.first; i < seen.end; i += kWidth<T>) {
    Vector<T> scores;
    load(scores, row + i);
    seen_scores(scores, group.scale, hidden + i);
    store(row + i, scores);
    most = scores > most ? scores : most;
  }
  T largest = most[0];
  for (int64_t lane = 1; lane < kWidth<T>; lane++) largest = most[lane] > largest ? most[lane] : largest;
  Vector<T> sums{};
  for (int64_t i = seen.first; i < seen.end; i += kWidth<T>) {
    Vector<T> scores, result;
    load(scores, row + i);
    exp_of(result, scores - largest);
    store(row + i, result);
    sums += result;
  }
  statistics[0] = largest;
  statistics[1] = T(1) / lanes_total<T>(sums);
}

template <class T>
void attend(const AttentionGroup<T>& group, const HeadRows<T>& z) {
  const AttentionRoom<T> room(group);
  const int64_t filled = group.filled_keys;
  turn_rows(group.keys, group.d, filled, group.k.data, group.k.row, room.turned_keys);
  fill_rows(group.keys, group.d, group.filled_d, group.v.data, group.v.row, room.rows);
  for (int64_t head = 0; head < group.heads; head++)
    for (int64_t query = 0; query < group.queries; query += kQueriesAtOnce) {
      const int64_t rows = smaller(kQueriesAtOnce, group.queries - query);
      const SeenKeys seen = keys_seen(group, query);
      T* const statistics = group.statistics + (head * group.queries + query) * 2;
      score(group, room, seen, head, query, rows);
      for (int64_t r = 0; r < rows; r++)
        exponentials(group, seen, group.hidden + (query + r) * group.hidden_row, room.weights + r * filled, statistics + 2 * r);
      small_product<T>(rows, group.filled_d, seen.count, {room.weights + seen.first, filled, 1}, room.rows + seen.first * group.filled_d,
                       group.filled_d, room.out, group.filled_d);
      for (int64_t r = 0; r < rows; r++) {
        T* const into = z.at(head, query + r);
        const T* const from = room.out + r * group.filled_d;
        const T share = statistics[2 * r + 1];
        for (int64_t i = 0; i < group.d; i++) into[i] = from[i] * share;
      }
    }
}

// A row's scores become its weights, and the gradients of the weights those of the scores.
template <class T>
AUTOCIRCUIT_INLINE void softmax_backward(const AttentionGroup<T>& group, const SeenKeys& seen, const T* hidden, const T* statistics, T* row,
                                         T* grads) {
  Vector<T> sums{};
  for (int64_t i = seen.first; i < seen.end; i += kWidth<T>) {
    Vector<T> scores, weights, grad;
    load(scores, row + i);
    seen_scores(scores, group.scale, hidden + i);
    exp_of(weights, scores - statistics[0]);
    weights *= statistics[1];
    store(row + i, weights);
    load(grad, grads + i);
    sums += weights * grad;
  }
  const T mean = lanes_total<T>(sums);
  for (int64_t i = seen.first; i < seen.end; i += kWidth<T>) {
    Vector<T> weights, grad;
    load(weights, row + i);
    load(grad, grads + i);
    store(grads + i, weights * (grad - mean) * group.scale);
  }
}

template <class T>
AUTOCIRCUIT_INLINE void copy_rows(int64_t rows, int64_t d, const T* from, int64_t filled, const HeadRows<T>& to, int64_t head,
                                  int64_t first) {
  for (int64_t r = 0; r < rows; r++) std::memcpy(to.at(head, first + r), from + r * filled, d * sizeof(T));
}

template <class T>
void attend_backward(const AttentionGroup<T>& group, const AttentionGrads<T>& grads) {
  const AttentionRoom<T> room(group);
  const int64_t filled = group.filled_keys, wide = group.filled_d, keys = group.keys, d = group.d;
  turn_rows(keys, d, filled, group.k.data, group.k.row, room.turned_keys);
  turn_rows(keys, d, filled, group.v.data, group.v.row, room.turned_values);
  fill_rows(keys, d, wide, group.k.data, group.k.row, room.rows);
  std::memset(room.key_grads, 0, (filled + 8) * wide * sizeof(T));
  std::memset(room.value_grads, 0, (filled + 8) * wide * sizeof(T));
  for (int64_t head = 0; head < group.heads; head++)
    for (int64_t query = 0; query < group.queries; query += kQueriesAtOnce) {
      const int64_t rows = smaller(kQueriesAtOnce, group.queries - query);
      const SeenKeys seen = keys_seen(group, query);
      const T* const statistics = group.statistics + (head * group.queries + query) * 2;
      fill_rows(rows, d, wide, group.q.at(head, query), group.q.row, room.queries);
      fill_rows(rows, d, wide, grads.z.at(head, query), grads.z.row, room.z_grads);
      score(group, room, seen, head, query, rows);
      small_product<T>(rows, seen.end - seen.first, d, {room.z_grads, wide, 1}, room.turned_values + seen.first, filled,
                       room.score_grads + seen.first, filled);
      for (int64_t r = 0; r < rows; r++)
        softmax_backward(group, seen, group.hidden + (query + r) * group.hidden_row, statistics + 2 * r, room.weights + r * filled,
                         room.score_grads + r * filled);
      const auto add_to_keys = [&](const T* of_queries, const T* side, T* into) {
        small_product<T, true>(seen.count, wide, rows, {of_queries + seen.first, 1, filled}, side, wide, into + seen.first * wide, wide);
      };
      add_to_keys(room.weights, room.z_grads, room.value_grads);
      add_to_keys(room.score_grads, room.queries, room.key_grads);
      small_product<T>(rows, wide, seen.count, {room.score_grads + seen.first, filled, 1}, room.rows + seen.first * wide, wide, room.out,
                       wide);
      copy_rows(rows, d, room.out, wide, grads.q, head, query);
    }
  copy_rows(keys, d, room.key_grads, wide, grads.k, 0, 0);
  copy_rows(keys, d, room.value_grads, wide, grads.v, 0, 0);
}

}  // namespace
}  // namespace autocircuit
