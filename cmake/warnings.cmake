# Warnings are errors in our own code; system headers are exempt because they are included with -isystem.
add_library(openirsa_options INTERFACE)
target_compile_options(openirsa_options INTERFACE
  -Wall -Wextra -Wpedantic -Werror -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Wcast-qual -Woverloaded-virtual
  -Wnull-dereference -Wimplicit-fallthrough -Wextra-semi)
# g++ 12 reports these inside the standard library's own inlined code at -O2 and above (GCC bugs 105329, 105562).
target_compile_options(openirsa_options INTERFACE
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict -Wno-maybe-uninitialized -Wno-null-dereference -Wno-stringop-overflow
  -Wno-array-bounds -Wno-stringop-overread -Wno-mismatched-new-delete -Wno-dangling-pointer>)
# clang sees that libstdc++ 12 itself uses what C++17 deprecated.
target_compile_options(openirsa_options INTERFACE $<$<CXX_COMPILER_ID:Clang>:-Wno-deprecated-declarations>)
target_compile_options(openirsa_options INTERFACE -fstack-protector-strong)
if(OPENIRSA_SANITIZE)
  target_compile_options(openirsa_options INTERFACE -fsanitize=${OPENIRSA_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=all)
  target_link_options(openirsa_options INTERFACE -fsanitize=${OPENIRSA_SANITIZE})
  target_compile_definitions(openirsa_options INTERFACE OPENIRSA_SANITIZED)
else()
  target_compile_definitions(openirsa_options INTERFACE $<$<NOT:$<CONFIG:Debug>>:_FORTIFY_SOURCE=2>)
endif()
