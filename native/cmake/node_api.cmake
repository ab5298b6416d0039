# Headers of Node-API and of node-addon-api. cmake-js passes them in CMAKE_JS_INC; a plain `cmake` run finds the npm
# packages the way Node would, so that no Node headers are ever downloaded.
# Gives NODE_API_INCLUDE_DIRS and AUTOCIRCUIT_VERSION.

file(READ ${CMAKE_CURRENT_SOURCE_DIR}/package.json package_json)
string(JSON AUTOCIRCUIT_VERSION GET "${package_json}" version)

set(NODE_API_INCLUDE_DIRS ${CMAKE_JS_INC})
if(NOT NODE_API_INCLUDE_DIRS)
  find_program(NODE_EXECUTABLE node REQUIRED)
  execute_process(
    COMMAND ${NODE_EXECUTABLE} -p
      "[require('node-api-headers').include_dir, require('node-addon-api').include_dir].map((dir) => path.resolve(dir)).join(';')"
    WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}
    OUTPUT_VARIABLE NODE_API_INCLUDE_DIRS OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  # cmake-js sets the output folder; match it.
  foreach(config "" _RELEASE _DEBUG)
    set(CMAKE_LIBRARY_OUTPUT_DIRECTORY${config} ${CMAKE_CURRENT_BINARY_DIR}/Release)
  endforeach()
endif()
