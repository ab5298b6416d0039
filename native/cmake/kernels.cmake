# The CPU's kernels, src/kernels/set/table.cc, compiled once for every instruction set of the platform: each with the register file that
# its tiles are chosen for. Which one runs is decided at run time (src/kernels/processor.cc).
#   AUTOCIRCUIT_KERNELS  the object libraries
# kernel_set(NAME FUNCTION SET BYTES REGISTERS options...): one of them.

function(kernel_set target function set bytes registers)
  add_library(${target} OBJECT ${SRC}/kernels/set/table.cc)
  target_include_directories(${target} PRIVATE ${SRC})
  target_compile_definitions(${target} PRIVATE AUTOCIRCUIT_TABLE=${function} AUTOCIRCUIT_SET="${set}"
    AUTOCIRCUIT_REGISTER_BYTES=${bytes} AUTOCIRCUIT_REGISTERS=${registers})
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wno-psabi -ffp-contract=fast -fno-math-errno ${ARGN})
endfunction()

if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
  kernel_set(autocircuit_kernels_avx512 kernels_avx512 avx512 64 32 -march=x86-64-v4 -mprefer-vector-width=512)
  kernel_set(autocircuit_kernels_avx2 kernels_avx2 avx2 32 16 -march=x86-64-v3)
  kernel_set(autocircuit_kernels_baseline kernels_baseline baseline 16 16)
  set(AUTOCIRCUIT_KERNELS autocircuit_kernels_avx512 autocircuit_kernels_avx2 autocircuit_kernels_baseline)
  set(AUTOCIRCUIT_KERNEL_DEFINITIONS AUTOCIRCUIT_X86_SETS)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64|ARM64)$")
  kernel_set(autocircuit_kernels_baseline kernels_baseline neon 16 32)
  set(AUTOCIRCUIT_KERNELS autocircuit_kernels_baseline)
else()
  kernel_set(autocircuit_kernels_baseline kernels_baseline baseline 16 16)
  set(AUTOCIRCUIT_KERNELS autocircuit_kernels_baseline)
endif()
set(AUTOCIRCUIT_KERNEL_OBJECTS "")
foreach(kernel_library ${AUTOCIRCUIT_KERNELS})
  list(APPEND AUTOCIRCUIT_KERNEL_OBJECTS $<TARGET_OBJECTS:${kernel_library}>)
endforeach()
