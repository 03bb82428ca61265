# openirsa_room(NAME SOURCES … [USES room…] [LIBRARIES target…]): one static library a room.
# openirsa_tests(NAME SOURCES … [LIBRARIES …]): the room's unit tests, one executable, one ctest entry a test.
include(GoogleTest)

function(openirsa_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;USES;LIBRARIES" ${ARGN})
  add_library(openirsa_${name} STATIC ${ROOM_SOURCES})
  target_include_directories(openirsa_${name} PUBLIC ${PROJECT_SOURCE_DIR}/src)
  list(TRANSFORM ROOM_USES PREPEND openirsa_)
  target_link_libraries(openirsa_${name} PUBLIC openirsa_options ${ROOM_USES} ${ROOM_LIBRARIES})
endfunction()

function(openirsa_tests name)
  if(NOT OPENIRSA_TESTS)
    return()
  endif()
  cmake_parse_arguments(TEST "" "" "SOURCES;LIBRARIES" ${ARGN})
  add_executable(${name}_test ${TEST_SOURCES})
  target_link_libraries(${name}_test PRIVATE openirsa_${name} ${TEST_LIBRARIES} GTest::gtest GTest::gtest_main)
  target_compile_definitions(${name}_test PRIVATE OPENIRSA_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  gtest_discover_tests(${name}_test TEST_PREFIX "${name}." DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
    PROPERTIES LABELS ${name} TIMEOUT 300)
endfunction()
