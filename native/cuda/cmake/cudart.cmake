# CUDART: the very CUDA runtime that LibTorch uses, or there would be two in one process. The official archive brings it in lib/,
# wheels beside them in nvidia/; where it is in neither, the toolkit's stands in. Its folder goes into the rpath.

file(GLOB found
  "${LIBTORCH_DIR}/lib/libcudart*.so*"
  "${LIBTORCH_DIR}/../nvidia/cu*/lib/libcudart.so.*"
  "${LIBTORCH_DIR}/../nvidia/cuda_runtime/lib/libcudart.so.*")
if(found)
  list(GET found 0 CUDART)
  string(REGEX MATCH "^[0-9]+" toolkit "${CMAKE_CUDA_COMPILER_VERSION}")
  if(NOT CUDART MATCHES "\\.so\\.${toolkit}(\\.|$)")
    message(FATAL_ERROR "LibTorch in ${LIBTORCH_DIR} uses ${CUDART}, which is not of CUDA ${toolkit}, the version of "
      "${CMAKE_CUDA_COMPILER}. Give nvcc of LibTorch's CUDA version with -DCMAKE_CUDA_COMPILER=FILE.")
  endif()
else()
  find_library(CUDART cudart PATHS ${CMAKE_CUDA_IMPLICIT_LINK_DIRECTORIES} NO_DEFAULT_PATH REQUIRED)
endif()
file(REAL_PATH "${CUDART}" CUDART)
cmake_path(GET CUDART PARENT_PATH cudart_folder)
list(APPEND CMAKE_BUILD_RPATH "${cudart_folder}")
message(STATUS "CUDA runtime ${CUDART}")
