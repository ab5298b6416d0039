#pragma once

// One source, several instruction sets: the function is compiled for each and the machine's best is picked when the
// library loads. Only where the compiler and the platform's loader can do it.
#if defined(__x86_64__) && defined(__linux__) && defined(__GNUC__) && !defined(__clang__)
#define AUTOCIRCUIT_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define AUTOCIRCUIT_CLONES
#endif

#define AUTOCIRCUIT_INLINE inline __attribute__((always_inline))
