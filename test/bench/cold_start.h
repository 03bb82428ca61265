// `openirsa server` as a process of its own, started on data that is there already.
#pragma once

#include <filesystem>
#include <string>

namespace openirsa::bench {

struct ColdStart {
  double seconds = 0;         // until /readyz answers 200, with every processor there is
  double resident_bytes = 0;  // of the process then
};
ColdStart start_cold(const std::string& program, const std::filesystem::path& data_directory);

}  // namespace openirsa::bench
