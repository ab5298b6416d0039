#pragma once

#include <cmath>
#include <functional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

// As much of a test framework as these tests need. TEST("name") { CHECK(1 + 1 == 2); } registers a test; TEST_IN_PARTS("name", 4) one whose
// cases are shared out among four, so that they run side by side: it asks in_this_part() at each case. Cases come by number type, four of
// them: an odd number of parts mixes quick and slow ones. run_tests.h runs them.

namespace autocircuit::test {

struct Test {
  std::string name;
  std::function<void()> body;
  int part = 0, parts = 1;
};

// Which part of a test runs in this process, and how many of its cases came by.
struct Part {
  int index = 0, count = 1, seen = 0;
};

inline Part& part() {
  static Part running;
  return running;
}

inline bool in_this_part() { return part().seen++ % part().count == part().index; }

inline std::vector<Test>& all() {
  static std::vector<Test> tests;
  return tests;
}

// The name of the test that runs now.
inline std::string& running_test() {
  static std::string name;
  return name;
}

struct Registration {
  Registration(const std::string& name, const std::function<void()>& body, int parts = 1) {
    for (int i = 0; i < parts; i++)
      all().push_back({parts == 1 ? name : name + " (" + std::to_string(i + 1) + " of " + std::to_string(parts) + ")", body, i, parts});
  }
};

struct Failure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

[[noreturn]] inline void fail(const char* file, int line, const std::string& what) {
  std::ostringstream text;
  text << file << ":" << line << ": " << what;
  throw Failure(text.str());
}

template <class A, class B>
void check_equal(const A& a, const B& b, const char* text, const char* file, int line) {
  if (a == b) return;
  std::ostringstream values;
  values << text << " (" << a << " and " << b << ")";
  fail(file, line, values.str());
}

inline void check_near(double a, double b, double tolerance, const char* text, const char* file, int line) {
  if (std::abs(a - b) <= tolerance) return;
  std::ostringstream values;
  values << text << " (" << a << " and " << b << ", tolerance " << tolerance << ")";
  fail(file, line, values.str());
}

// Runs `body` and gives the message of the exception it throws; fails when it throws none.
template <class Body>
std::string message_of(Body body) {
  try {
    body();
  } catch (const std::exception& error) {
    return error.what();
  }
  throw Failure("expected an exception");
}

}  // namespace autocircuit::test

#define AC_CONCAT_(a, b) a##b
#define AC_CONCAT(a, b) AC_CONCAT_(a, b)
#define AC_TEST_(name, parts, id)                                                                               \
  static void AC_CONCAT(test_, id)();                                                                           \
  static const ::autocircuit::test::Registration AC_CONCAT(registered_, id)(name, AC_CONCAT(test_, id), parts); \
  static void AC_CONCAT(test_, id)()

#define TEST(name) AC_TEST_(name, 1, __COUNTER__)
#define TEST_IN_PARTS(name, parts) AC_TEST_(name, parts, __COUNTER__)

#undef CHECK  // LibTorch's logging has one too
#define CHECK(condition)                                                                          \
  do {                                                                                            \
    if (!(condition)) ::autocircuit::test::fail(__FILE__, __LINE__, #condition " does not hold"); \
  } while (false)

// The same with a text that says which case it was.
#define CHECK_MESSAGE(condition, message)                                                                                     \
  do {                                                                                                                        \
    if (!(condition)) ::autocircuit::test::fail(__FILE__, __LINE__, std::string(message) + ": " #condition " does not hold"); \
  } while (false)

#define CHECK_EQUAL(a, b) ::autocircuit::test::check_equal(a, b, #a " == " #b, __FILE__, __LINE__)

#define CHECK_NEAR(a, b, tolerance) ::autocircuit::test::check_near(a, b, tolerance, #a " ~ " #b, __FILE__, __LINE__)

// The expression throws `Type`; `error` names the exception in what follows: CHECK_THROWS(f(), Error, error.code() == ErrorCode::shape).
#define CHECK_THROWS(expression, Type, condition)                                                   \
  do {                                                                                              \
    bool threw = false;                                                                             \
    try {                                                                                           \
      static_cast<void>(expression);                                                                \
    } catch (const Type& error) {                                                                   \
      threw = true;                                                                                 \
      CHECK(condition);                                                                             \
    }                                                                                               \
    if (!threw) ::autocircuit::test::fail(__FILE__, __LINE__, #expression " did not throw " #Type); \
  } while (false)
