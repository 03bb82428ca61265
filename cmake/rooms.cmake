# openirsa_room(NAME SOURCES … [USES room…] [LIBRARIES target…]): one static library a room.
# openirsa_tests(NAME SOURCES … [LIBRARIES …]): the room's unit tests, one executable, one ctest entry a test.
include(GoogleTest)

# Half of a source's compile time is the same few headers: they are compiled once for rooms and once, with GoogleTest,
# for tests. ccache accepts precompiled headers when its sloppiness has pch_defines and time_macros (dev/lib/common.sh).
option(OPENIRSA_PCH "compile the common headers once" OFF)
set(OPENIRSA_COMMON_HEADERS <algorithm> <array> <chrono> <functional> <map> <memory> <optional> <string> <string_view>
  <utility> <variant> <vector> <boost/json.hpp>)

function(openirsa_precompiled name first)
  if(NOT OPENIRSA_PCH)
    return()
  endif()
  if(NOT TARGET ${first})
    file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/${first}.cpp CONTENT "")
    add_library(${first} OBJECT ${CMAKE_BINARY_DIR}/${first}.cpp)
    target_link_libraries(${first} PRIVATE openirsa_options Boost::json Threads::Threads ${ARGN})
    set(headers ${OPENIRSA_COMMON_HEADERS})
    if(ARGN)
      list(APPEND headers <gtest/gtest.h>)
    endif()
    target_precompile_headers(${first} PRIVATE ${headers})
    target_compile_options(${first} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
  endif()
  target_precompile_headers(${name} REUSE_FROM ${first})
  target_compile_options(${name} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
endfunction()

function(openirsa_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;USES;LIBRARIES" ${ARGN})
  add_library(openirsa_${name} STATIC ${ROOM_SOURCES})
  target_include_directories(openirsa_${name} PUBLIC ${PROJECT_SOURCE_DIR}/src)
  list(TRANSFORM ROOM_USES PREPEND openirsa_)
  target_link_libraries(openirsa_${name} PUBLIC openirsa_options ${ROOM_USES} ${ROOM_LIBRARIES})
  openirsa_precompiled(openirsa_${name} openirsa_pch)
endfunction()

function(openirsa_tests name)
  if(NOT OPENIRSA_TESTS)
    return()
  endif()
  cmake_parse_arguments(TEST "" "" "SOURCES;LIBRARIES" ${ARGN})
  add_executable(${name}_test ${TEST_SOURCES})
  target_link_libraries(${name}_test PRIVATE openirsa_${name} ${TEST_LIBRARIES} GTest::gtest GTest::gtest_main)
  target_compile_definitions(${name}_test PRIVATE OPENIRSA_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  openirsa_precompiled(${name}_test openirsa_test_pch GTest::gtest)
  gtest_discover_tests(${name}_test TEST_PREFIX "${name}." DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
    PROPERTIES LABELS ${name} TIMEOUT 300)
endfunction()
