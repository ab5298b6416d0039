#pragma once

namespace autocircuit::test {

// Runs the registered tests whose name contains `filter`, in `jobs` processes that take one after the other, or in this one. A test that
// ends its process counts as failed, and the others go on. Prints what failed, the slowest and the numbers; gives the exit code.
int run_tests(const char* filter, int jobs);

}  // namespace autocircuit::test
