#include "kernels/processor.h"

#include "check.h"
#include "runtime/error.h"

using namespace autocircuit;

TEST("the best instruction set is used, a cap is kept, and one that is too high allows what there is") {
  const Processor best = processor_under(nullptr);
  CHECK_EQUAL(best.used, best.sets.front());
  CHECK_EQUAL(processor_under("").used, best.used);
  CHECK_EQUAL(processor_under("avx512").used, best.used);
  CHECK_EQUAL(processor_under("baseline").used, best.sets.back());
  if (best.used == "avx2") CHECK(processor_under("avx512").why.find("allows more") != std::string::npos);
}

TEST("an unknown cap is an error that lists the caps there are") {
  CHECK_THROWS(processor_under("sse9"), Error,
               error.code() == ErrorCode::bad_input && std::string(error.what()).find("baseline") != std::string::npos);
}
