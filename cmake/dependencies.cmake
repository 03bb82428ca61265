# Each library, and why it is here. All come from Debian 12's own packages.
find_package(Threads REQUIRED)
# OpenSSL 3: every cryptographic primitive and TLS; seen by src/crypto and src/http/tls only.
find_package(OpenSSL 3.0 REQUIRED)
# Boost 1.81: JSON (parsing and writing, in src/base), Asio and Beast's HTTP parser (in src/http).
find_package(Boost 1.81 REQUIRED COMPONENTS json)
# SQLite 3: the embedded store; seen by src/store only.
find_package(SQLite3 3.40 REQUIRED)
# libcurl: the outbound HTTP client (proxies, unix sockets, connect-time hooks); seen by src/http only.
find_package(CURL 7.88 REQUIRED)
# CLI11: parsing of the command line; header-only, seen by src/cli and src/server.
find_package(CLI11 2.1 REQUIRED)
# toml++: the settings file; header-only, seen by src/server only.
find_path(TOMLPLUSPLUS_INCLUDE toml++/toml.h REQUIRED)
# spdlog with fmt: the server's log; seen by src/audit and src/server.
find_package(spdlog 1.10 REQUIRED)
# prometheus-cpp: metric families and their text form; seen by src/audit only.
find_package(prometheus-cpp REQUIRED COMPONENTS core)
if(OPENIRSA_TESTS)
  # GoogleTest: the test runner of every C++ lane.
  find_package(GTest 1.12 REQUIRED)
endif()
# ccache: a second build of the same sources costs seconds; used where it is installed.
find_program(OPENIRSA_CCACHE ccache)
if(OPENIRSA_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${OPENIRSA_CCACHE})
endif()
