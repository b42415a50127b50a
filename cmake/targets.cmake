# One library per folder; its links are the arrows that the dependency test allows.

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(GTest REQUIRED)

add_library(shelfcast_flags INTERFACE)
# Designated initializers leave out fields on purpose: those have defaults.
target_compile_options(shelfcast_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
                                                 -Wsign-conversion -Wnon-virtual-dtor -Werror
                                                 -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # These come out of GCC 12's optimizer and change with its level: at -O3 it sees writes past the end
  # inside fmt's inlined parser, and takes some moved optionals for uninitialized.
  target_compile_options(
    shelfcast_flags INTERFACE -Wno-maybe-uninitialized -Wno-stringop-overflow -Wno-stringop-overread
                              -Wno-array-bounds -Wno-restrict)
endif()
target_include_directories(shelfcast_flags INTERFACE ${PROJECT_SOURCE_DIR}/src)

# shelfcast_library(NAME SOURCES a.cc … [DEPENDS lib …] [SYSTEM package …])
# NAME is the folder with '_' for '/'. SYSTEM libraries are private: no header of ours names them.
function(shelfcast_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPENDS;SYSTEM" ${ARGN})
  if(arg_SOURCES)
    add_library(shelfcast_${name} STATIC ${arg_SOURCES})
    set(scope PUBLIC)
    target_link_libraries(shelfcast_${name} PRIVATE ${arg_SYSTEM})
    target_link_libraries(shelfcast_${name} PUBLIC shelfcast_flags)
  else()
    add_library(shelfcast_${name} INTERFACE)
    set(scope INTERFACE)
    target_link_libraries(shelfcast_${name} INTERFACE shelfcast_flags)
  endif()
  list(TRANSFORM arg_DEPENDS PREPEND shelfcast_)
  target_link_libraries(shelfcast_${name} ${scope} ${arg_DEPENDS})
endfunction()

# A test that finds the running engines by the file that SHELFCAST_ENGINES names (tests/engines starts
# them once for all such tests).
function(shelfcast_needs_engines name)
  set_tests_properties(${name} PROPERTIES
    FIXTURES_REQUIRED engines
    ENVIRONMENT "SHELFCAST_ENGINES=${PROJECT_BINARY_DIR}/engines/engines.env")
endfunction()

# shelfcast_test(NAME SOURCES a_test.cc … [DEPENDS lib …] [SYSTEM package …] [LABELS core …]
#                [TIMEOUT seconds])
# One test program; CTest runs it whole, with the label of its stage (default: core).
function(shelfcast_test name)
  cmake_parse_arguments(arg "" "TIMEOUT" "SOURCES;DEPENDS;SYSTEM;LABELS" ${ARGN})
  if(NOT arg_LABELS)
    set(arg_LABELS core)
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()
  list(TRANSFORM arg_DEPENDS PREPEND shelfcast_)
  add_executable(${name} ${arg_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${arg_DEPENDS} ${arg_SYSTEM} GTest::gtest
                                        GTest::gtest_main Threads::Threads)
  add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  set_tests_properties(${name} PROPERTIES LABELS "${arg_LABELS}" TIMEOUT ${arg_TIMEOUT})
  if("engines" IN_LIST arg_LABELS)
    shelfcast_needs_engines(${name})
  endif()
endfunction()
