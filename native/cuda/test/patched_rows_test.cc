#include <algorithm>
#include <limits>
#include <numeric>
#include <sstream>

#include "check.h"
#include "devices/tile_rows.h"
#include "under_test.h"
#include "values.h"

using namespace autocircuit;
using namespace autocircuit::test;

namespace {

enum class Bases { both, resid, ablated };

struct Case {
  int64_t d = 64, rows = 9, early = 2, late = 3, masks = 1, tokens = 1, batch = 2, seq_len = 3, norm = 0;
  at::ScalarType dtype = at::kFloat;
  Bases bases = Bases::both;
  bool repeated = false;  // bases and early deltas of one mask serve all
  bool scaled = true;
  double density = 0.6;

  std::string text() const {
    std::ostringstream out;
    out << "d " << d << " rows " << rows << " early " << early << " late " << late << " masks " << masks << " tokens " << tokens << " norm "
        << norm << " " << dtype << " bases " << static_cast<int>(bases) << (repeated ? " repeated" : "") << (scaled ? " scaled" : "");
    return out.str();
  }
};

constexpr double kEps = 1e-5;
constexpr int64_t kTile = kDeviceTileRows;

void check_case(const Case& c, unsigned seed) {
  Random random(seed);
  const int64_t n = c.batch * c.seq_len * c.masks, known = c.repeated ? n / c.masks : n, tiles = (c.rows + kTile - 1) / kTile;
  const int64_t sources = c.early + c.late;
  using kernels::Maybe;
  const Maybe resid = c.bases == Bases::ablated ? Maybe() : random_tensor(random, {known, c.d}, c.dtype);
  const Maybe ablated = c.bases == Bases::resid ? Maybe() : random_tensor(random, {known, c.d}, c.dtype);
  const Maybe early = c.early == 0 ? Maybe() : random_tensor(random, {c.early + 1, known, c.d}, c.dtype);  // one that nobody reads
  const Maybe late = c.late == 0 ? Maybe() : random_tensor(random, {c.late, n, c.d}, c.dtype);
  const Maybe scale = c.scaled ? Maybe(random_tensor(random, {c.d}, c.dtype)) : Maybe();
  const Maybe shift = c.scaled && c.norm == 1 ? Maybe(random_tensor(random, {c.d}, c.dtype)) : Maybe();
  std::vector<int64_t> from(c.rows);
  for (auto& flag : from) flag = c.bases == Bases::both ? below(random, 2) : c.bases == Bases::ablated;
  std::vector<int64_t> token_of(c.seq_len, 0);
  for (auto& token : token_of) token = below(random, c.tokens);

  std::vector<int64_t> begin{0}, source;
  std::vector<double> weight;
  std::uniform_real_distribution<double> uniform;
  for (int64_t list = 0; list < tiles * c.masks * c.tokens; list++) {
    for (int64_t s = 0; s < sources; s++) {
      if (uniform(random) >= c.density) continue;
      source.push_back(s);
      for (int64_t r = 0; r < kTile; r++) weight.push_back(uniform(random) < 0.3 ? 0 : uniform(random) * 2 - 0.5);
    }
    begin.push_back(static_cast<int64_t>(source.size()));
  }
  const at::ScalarType weight_dtype = c.dtype == at::kDouble ? at::kDouble : at::kFloat;
  const at::Tensor weights = at::tensor(weight, at::kDouble).view({-1, kTile}).to(weight_dtype);
  const std::vector<double> w = numbers(weights);
  // Buffers go on beyond the lists with what must not be read.
  const at::Tensor more_sources = at::full({3}, 1 << 30, at::kInt);
  const at::Tensor more_weights = at::full({3, kTile}, std::numeric_limits<double>::quiet_NaN(), weights.options());

  const at::Tensor out = under_test::patched_rows(
      resid, ablated, at::tensor(from, at::kLong).to(at::kByte), early, late, c.early, at::tensor(begin, at::kLong).to(at::kInt),
      at::cat({at::tensor(source, at::kLong).to(at::kInt), more_sources}), at::cat({weights, more_weights}),
      at::tensor(token_of, at::kLong).to(at::kInt), c.rows, c.masks, c.tokens, n, c.norm, kEps, scale, shift);
  CHECK(out.sizes() == at::IntArrayRef({c.rows, n, c.d}));
  CHECK(out.scalar_type() == c.dtype);

  const auto plain = [](const Maybe& tensor) { return tensor ? numbers(*tensor) : std::vector<double>(); };
  const std::vector<double> of_resid = plain(resid), of_ablated = plain(ablated), of_early = plain(early), of_late = plain(late);
  const std::vector<double> of_scale = plain(scale), of_shift = plain(shift), result = numbers(out);
  std::vector<double> x(c.d), magnitude(c.d);
  for (int64_t row = 0; row < c.rows; row++)
    for (int64_t i = 0; i < n; i++) {
      const int64_t token = c.tokens == 1 ? 0 : token_of[i % c.seq_len];
      const int64_t list = (row / kTile * c.masks + i / (n / c.masks)) * c.tokens + token;
      for (int64_t j = 0; j < c.d; j++) {
        x[j] = (from[row] ? of_ablated : of_resid)[i % known * c.d + j];
        magnitude[j] = std::abs(x[j]);
        for (int64_t e = begin[list]; e < begin[list + 1]; e++) {
          const int64_t s = source[e];
          const double delta = s < c.early ? of_early[(s * known + i % known) * c.d + j] : of_late[((s - c.early) * n + i) * c.d + j];
          x[j] += w[e * kTile + row % kTile] * delta;
          magnitude[j] += std::abs(w[e * kTile + row % kTile] * delta);
        }
      }
      const Statistics norm = statistics(x, c.norm, kEps);
      const double most = *std::max_element(magnitude.begin(), magnitude.end());
      for (int64_t j = 0; j < c.d; j++) {
        const double factor = norm.factor * (c.norm && scale ? of_scale[j] : 1);
        const double expected = (x[j] - norm.mean) * factor + (c.norm && shift ? of_shift[j] : 0);
        const double got = result[(row * n + i) * c.d + j];
        // Sums of a few dozen terms, statistics of `d`: errors of the sums pass through the norm's factor.
        const double steps = 8.0 + sources + (c.norm ? 8.0 + std::sqrt(static_cast<double>(c.d)) : 0);
        if (!close(got, expected, c.dtype, steps, most * std::abs(factor) + std::abs(expected)))
          check_near(got, expected, 0, c.text().c_str(), __FILE__, __LINE__);
      }
    }
}

}  // namespace

TEST("kernels: patched rows of every width, dtype and norm") {
  unsigned seed = 1;
  for (const int64_t d : {1, 3, 4, 5, 64, 127, 768, 1030})
    for (const at::ScalarType dtype : kDtypes)
      for (const int64_t norm : {0, 1, 2}) {
        Case c;
        c.d = d, c.dtype = dtype, c.norm = norm;
        check_case(c, seed++);
      }
}

TEST("kernels: patched rows in tiles that end unevenly") {
  unsigned seed = 100;
  for (const int64_t rows : {1, 7, 8, 9, 36, 130})
    for (const int64_t d : {3, 64, 260})
      for (const int64_t norm : {0, 1}) {
        Case c;
        c.d = d, c.rows = rows, c.norm = norm;
        check_case(c, seed++);
      }
}

TEST("kernels: patched rows wider than a block") {
  unsigned seed = 200;
  for (const int64_t d : {2052, 3072, 3075, 3076, 6150})
    for (const at::ScalarType dtype : kDtypes)
      for (const int64_t norm : {0, 1, 2}) {
        Case c;
        c.d = d, c.dtype = dtype, c.norm = norm, c.batch = 1, c.seq_len = 2;
        check_case(c, seed++);
      }
}

TEST("kernels: patched rows by mask and token, from either base, with none or many sources on both sides of first_late") {
  unsigned seed = 300;
  for (const auto& [early, late] : {std::pair<int64_t, int64_t>{0, 0}, {0, 1}, {1, 0}, {0, 40}, {40, 0}, {13, 29}})
    for (const int64_t masks : {1, 3})
      for (const int64_t tokens : {1, 2, 4})
        for (const Bases bases : {Bases::both, Bases::resid, Bases::ablated})
          for (const bool repeated : {false, true}) {
            Case c;
            c.d = 20, c.early = early, c.late = late, c.masks = masks, c.tokens = tokens, c.bases = bases, c.repeated = repeated;
            c.seq_len = 4, c.norm = static_cast<int64_t>(seed % 3), c.scaled = seed % 2 == 0, c.dtype = kDtypes[seed % 4];
            c.density = seed % 5 == 0 ? 0.05 : 0.7;
            check_case(c, seed++);
          }
}

TEST("kernels: patched rows that cancel their base are exactly 0, and their norm is the shift") {
  Random random(7);
  for (const at::ScalarType dtype : {at::kFloat, at::kDouble}) {
    const int64_t sources = 25, n = 3, d = 70;
    const at::Tensor current = random_tensor(random, {sources, n, d}, dtype);
    at::Tensor resid = at::zeros({n, d}, current.options());
    for (int64_t s = 0; s < sources; s++) resid += current[s];
    std::vector<int64_t> all(sources);
    std::iota(all.begin(), all.end(), 0);
    const at::Tensor shift = random_tensor(random, {d}, dtype);
    const auto rows_of = [&](int64_t norm) {
      return under_test::patched_rows(resid, {}, at::zeros({2}, at::kByte), {}, current.neg(), 0,
                                      at::tensor({int64_t{0}, sources}).to(at::kInt), at::tensor(all).to(at::kInt),
                                      at::ones({sources, kTile}, current.options()), at::zeros({n}, at::kInt), 2, 1, 1, n, norm, kEps, {},
                                      shift);
    };
    CHECK(rows_of(0).eq(0).all().item<bool>());
    CHECK(rows_of(1).eq(shift).all().item<bool>());
  }
}

TEST("kernels: patched rows read tensors that start anywhere") {
  Random random(8);
  const int64_t n = 2, d = 8;
  const auto shifted = [&](at::IntArrayRef sizes) {
    const int64_t numel = c10::multiply_integers(sizes);
    return random_tensor(random, {numel + 1}, at::kFloat).narrow(0, 1, numel).view(sizes);
  };
  const at::Tensor resid = shifted({n, d}), late = shifted({1, n, d}), weight = shifted({1, kTile});
  const auto rows_of = [&](const at::Tensor& base, const at::Tensor& delta, const at::Tensor& weights) {
    return under_test::patched_rows(base, {}, at::zeros({3}, at::kByte), {}, delta, 0, at::tensor({0, 1}).to(at::kInt),
                                    at::zeros({1}, at::kInt), weights, at::zeros({n}, at::kInt), 3, 1, 1, n, 1, kEps, {}, {});
  };
  CHECK(at::equal(rows_of(resid, late, weight), rows_of(resid.clone(), late.clone(), weight.clone())));
}

TEST("kernels: patched rows say what is wrong with their arguments") {
  const at::Tensor resid = at::zeros({4, 8}), begin = at::zeros({2}, at::kInt), source = at::zeros({0}, at::kInt);
  const auto message = [&](const kernels::Maybe& base, const at::Tensor& weight, int64_t masks, int64_t norm) {
    return message_of([&] {
      under_test::patched_rows(base, {}, at::zeros({1}, at::kByte), {}, {}, 0, begin, source, weight, at::zeros({4}, at::kInt), 1, masks, 1,
                               4, norm, kEps, {}, {});
    });
  };
  const at::Tensor weight = at::zeros({0, kTile});
  CHECK(message({}, weight, 1, 0).find("neither resid nor ablated") != std::string::npos);
  CHECK(message(resid, at::zeros({0, 4}), 1, 0).find("weight is [0, 4], not [0, 8]") != std::string::npos);
  CHECK(message(resid, weight.to(at::kDouble), 1, 0).find("weight is Double, not Float") != std::string::npos);
  CHECK(message(resid, weight, 3, 0).find("3 masks do not divide 4 rows") != std::string::npos);
  CHECK(message(resid, weight, 1, 5).find("there is no norm 5") != std::string::npos);
  CHECK(message(at::zeros({3, 8}), weight, 1, 0).find("resid has 3 rows, which do not divide 4") != std::string::npos);
}
