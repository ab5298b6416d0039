// Linked into the prebuilt addon alone. A linker takes the newest version of every symbol that the machine's C and C++ libraries have, and
// the addon would then ask for as new a system wherever it is installed. Calls are led here (`--wrap`, see prebuilt.cmake) and go on to the
// versions that LibTorch itself is content with: glibc 2.28, the C++ library of GCC 7.

#include <dlfcn.h>
#include <pthread.h>
#include <sys/stat.h>
#include <time.h>

#include <condition_variable>
#include <stdexcept>

#if defined(__x86_64__)
#define OLDEST "GLIBC_2.2.5"
#elif defined(__aarch64__)
#define OLDEST "GLIBC_2.17"
#else
#error "Prebuilt addons are made for x86-64 and ARM (64 bits)."
#endif

#define OLD_SYMBOL(name, version) __asm__(".symver old_" #name "," #name "@" version)

extern "C" {

// Since glibc 2.32 says whether there is one thread, which spares shared pointers their atomic counters. Here there are always several.
__attribute__((visibility("hidden"))) char __libc_single_threaded = 0;

OLD_SYMBOL(exp, OLDEST);
OLD_SYMBOL(log, OLDEST);
OLD_SYMBOL(dlopen, OLDEST);
OLD_SYMBOL(dlsym, OLDEST);
OLD_SYMBOL(dlerror, OLDEST);
OLD_SYMBOL(dladdr, OLDEST);

double old_exp(double);
double old_log(double);
void* old_dlopen(const char*, int);
void* old_dlsym(void*, const char*);
char* old_dlerror();
int old_dladdr(const void*, Dl_info*);

double __wrap_exp(double x) { return old_exp(x); }
double __wrap_log(double x) { return old_log(x); }
void* __wrap_dlopen(const char* file, int mode) { return old_dlopen(file, mode); }
void* __wrap_dlsym(void* library, const char* name) { return old_dlsym(library, name); }
char* __wrap_dlerror() { return old_dlerror(); }
int __wrap_dladdr(const void* address, Dl_info* info) { return old_dladdr(address, info); }

// A function of its own since glibc 2.33; before, a macro around this one.
int __fxstat(int version, int file, struct stat* facts);
int __wrap_fstat(int file, struct stat* facts) {
#if defined(__x86_64__)
  return __fxstat(1, file, facts);
#else
  return __fxstat(0, file, facts);
#endif
}

// Since glibc 2.30. What is left to wait is the same by either clock; the C++ library looks at its own again afterwards.
int __wrap_pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex, clockid_t clock, const struct timespec* until) {
  constexpr long kSecond = 1'000'000'000;
  struct timespec now, other;
  clock_gettime(clock, &now);
  clock_gettime(CLOCK_REALTIME, &other);
  other.tv_sec += until->tv_sec - now.tv_sec;
  other.tv_nsec += until->tv_nsec - now.tv_nsec;
  if (other.tv_nsec < 0) other.tv_sec--, other.tv_nsec += kSecond;
  if (other.tv_nsec >= kSecond) other.tv_sec++, other.tv_nsec -= kSecond;
  return pthread_cond_timedwait(condition, mutex, &other);
}

// Moving an error is copying it: its text is counted, not copied.
using Error = std::runtime_error;
void copy_error(Error*, const Error&) __asm__("_ZNSt13runtime_errorC2ERKS_");
Error& assign_error(Error*, const Error&) __asm__("_ZNSt13runtime_erroraSERKS_");
void __wrap__ZNSt13runtime_errorC1EOS_(Error* to, Error&& from) { copy_error(to, from); }
void __wrap__ZNSt13runtime_errorC2EOS_(Error* to, Error&& from) { copy_error(to, from); }
Error& __wrap__ZNSt13runtime_erroraSEOS_(Error* to, Error&& from) { return assign_error(to, from); }

// Moved by a change of its exception specification alone.
#define OLD_WAIT "_ZNSt18condition_variable4waitERSt11unique_lockISt5mutexE"
void old_wait(std::condition_variable*, std::unique_lock<std::mutex>&);
__asm__(".symver old_wait," OLD_WAIT "@GLIBCXX_3.4.11");
void __wrap__ZNSt18condition_variable4waitERSt11unique_lockISt5mutexE(std::condition_variable* condition,
                                                                      std::unique_lock<std::mutex>& lock) {
  old_wait(condition, lock);
}

}  // extern "C"
