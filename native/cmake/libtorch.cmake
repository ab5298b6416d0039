# LibTorch by hand: `find_package(Torch)` of a CUDA LibTorch asks for the whole CUDA toolkit, linking does not need it. Not `torch`
# either, an empty library that needs all the others: the CUDA ones are opened when a GPU is asked for.
# Gives the target `libtorch` and LIBTORCH_VERSION. Knows the layout of the official archive and of the Python wheel
# (both have include/ and lib/; the wheel has version.py, the archive build-version).

set(LIBTORCH "" CACHE PATH "LibTorch folder: the one that holds include/ and lib/")
if(NOT LIBTORCH)
  message(FATAL_ERROR "No LibTorch given. Run `npm run setup`, which finds or fetches one, or pass -DLIBTORCH=DIR "
    "(--CDLIBTORCH=DIR with cmake-js), where DIR holds include/ and lib/.")
endif()
file(REAL_PATH "${LIBTORCH}" LIBTORCH_DIR)
foreach(part include/ATen/ATen.h include/torch/csrc/api/include/torch/version.h)
  if(NOT EXISTS "${LIBTORCH_DIR}/${part}")
    message(FATAL_ERROR "${LIBTORCH_DIR} is not a LibTorch folder: ${part} is missing.")
  endif()
endforeach()

# The version macros moved between headers over the releases; look in both.
set(version_text "")
foreach(header include/torch/headeronly/version.h include/torch/csrc/api/include/torch/version.h)
  if(EXISTS "${LIBTORCH_DIR}/${header}")
    file(READ "${LIBTORCH_DIR}/${header}" header_text)
    string(APPEND version_text "${header_text}")
  endif()
endforeach()
foreach(part MAJOR MINOR PATCH)
  if(NOT version_text MATCHES "#define TORCH_VERSION_${part} ([0-9]+)")
    message(FATAL_ERROR "Cannot read the version of the LibTorch in ${LIBTORCH_DIR}.")
  endif()
  set(LIBTORCH_${part} ${CMAKE_MATCH_1})
endforeach()
set(LIBTORCH_VERSION "${LIBTORCH_MAJOR}.${LIBTORCH_MINOR}.${LIBTORCH_PATCH}")
if(LIBTORCH_VERSION VERSION_LESS "2.11")
  message(FATAL_ERROR "LibTorch ${LIBTORCH_VERSION} in ${LIBTORCH_DIR} is too old: 2.11 or newer is needed.")
endif()
message(STATUS "LibTorch ${LIBTORCH_VERSION} in ${LIBTORCH_DIR}")

add_library(libtorch INTERFACE)
target_include_directories(libtorch SYSTEM INTERFACE
  "${LIBTORCH_DIR}/include" "${LIBTORCH_DIR}/include/torch/csrc/api/include")
target_link_directories(libtorch INTERFACE "${LIBTORCH_DIR}/lib")
target_link_libraries(libtorch INTERFACE torch_cpu c10)
if(NOT APPLE)
  target_compile_definitions(libtorch INTERFACE _GLIBCXX_USE_CXX11_ABI=1)
endif()
list(APPEND CMAKE_BUILD_RPATH "${LIBTORCH_DIR}/lib")

# at::parallel_for is a header: without OpenMP in *our* flags it runs serially. Link the very OpenMP library that
# LibTorch brings (wheels rename it), or there would be two thread pools in one process.
find_package(OpenMP COMPONENTS CXX)
if(OpenMP_CXX_FOUND)
  separate_arguments(openmp_flags NATIVE_COMMAND "${OpenMP_CXX_FLAGS}")
  target_compile_options(libtorch INTERFACE ${openmp_flags})
  file(GLOB bundled_openmp "${LIBTORCH_DIR}/lib/libgomp*.so*" "${LIBTORCH_DIR}/lib/libomp.dylib"
    "${LIBTORCH_DIR}/lib/libiomp5.*")
  if(bundled_openmp)
    list(GET bundled_openmp 0 bundled_openmp)
    target_link_libraries(libtorch INTERFACE "${bundled_openmp}")
  else()
    target_link_libraries(libtorch INTERFACE ${OpenMP_CXX_LIBRARIES})
  endif()
endif()
