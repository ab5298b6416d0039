# The addon for machines other than this one: the same objects, linked so that an older system's libraries do (old_libraries.cc), and with
# a placeholder where the path of LibTorch goes, which is written in when the addon is installed (lib/toolchain/prebuilt).

if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
  add_library(autocircuit_prebuilt MODULE EXCLUDE_FROM_ALL ${ADDON_OBJECTS} ${CMAKE_CURRENT_LIST_DIR}/old_libraries.cc)
  # As long as the longest path of LibTorch that can be written in.
  string(REPEAT "_" 480 filling)
  set_target_properties(autocircuit_prebuilt PROPERTIES PREFIX "" SUFFIX ".node" OUTPUT_NAME autocircuit
    LIBRARY_OUTPUT_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}/prebuilt" LIBRARY_OUTPUT_DIRECTORY_RELEASE "${CMAKE_CURRENT_BINARY_DIR}/prebuilt"
    SKIP_BUILD_RPATH ON)
  target_link_libraries(autocircuit_prebuilt PRIVATE libtorch)
  target_link_options(autocircuit_prebuilt PRIVATE -s "LINKER:--enable-new-dtags,-rpath,/autocircuit-libtorch${filling}"
    LINKER:--wrap=exp,--wrap=log,--wrap=fstat,--wrap=dlopen,--wrap=dlsym,--wrap=dlerror,--wrap=dladdr,--wrap=pthread_cond_clockwait
    LINKER:--wrap=_ZNSt13runtime_errorC1EOS_,--wrap=_ZNSt13runtime_errorC2EOS_,--wrap=_ZNSt13runtime_erroraSEOS_
    LINKER:--wrap=_ZNSt18condition_variable4waitERSt11unique_lockISt5mutexE)
endif()
