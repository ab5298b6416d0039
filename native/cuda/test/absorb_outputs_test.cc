#include "check.h"
#include "under_test.h"
#include "values.h"

using namespace autocircuit;
using namespace autocircuit::test;

TEST("kernels: outputs are added to the stream and become differences, each if asked for") {
  Random random(1);
  for (const int64_t d : {1, 3, 5, 64, 127, 768, 1030})
    for (const at::ScalarType dtype : kDtypes)
      for (const int64_t heads : {1, 3})
        for (const int64_t known : {0, 2, 6})
          for (const bool with_resid : {false, true}) {
            const int64_t n = 6;
            at::Tensor out = random_tensor(random, {heads, n, d}, dtype);
            const at::Tensor before = out.clone();
            const kernels::Maybe ablated = known ? kernels::Maybe(random_tensor(random, {heads, known, d}, dtype)) : kernels::Maybe();
            const kernels::Maybe resid = with_resid ? kernels::Maybe(random_tensor(random, {n, d}, dtype)) : kernels::Maybe();
            const std::vector<double> o = numbers(before), a = known ? numbers(*ablated) : std::vector<double>();
            const std::vector<double> r = with_resid ? numbers(*resid) : std::vector<double>();
            under_test::absorb_outputs_(out, ablated, resid);
            const std::vector<double> got = numbers(out), sum = with_resid ? numbers(*resid) : std::vector<double>();
            for (int64_t i = 0; i < n; i++)
              for (int64_t j = 0; j < d; j++) {
                double total = with_resid ? r[i * d + j] : 0, magnitude = std::abs(total);
                for (int64_t h = 0; h < heads; h++) {
                  const int64_t at = (h * n + i) * d + j;
                  total += o[at];
                  magnitude += std::abs(o[at]);
                  const double expected = known ? a[(h * known + i % known) * d + j] - o[at] : o[at];
                  CHECK(close(got[at], expected, dtype, 1, std::abs(expected)));
                }
                if (with_resid) CHECK(close(sum[i * d + j], total, dtype, heads, magnitude));
              }
          }
}
