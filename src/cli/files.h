// The few files and variables that verbs read and write.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "cli/output.h"

namespace openirsa::cli {

// An environment variable; empty when it is not set.
std::string variable(const char* name);
std::string home_directory();

std::optional<std::string> read_file(const std::string& path);
// Through a temporary file and rename; where the path is a symbolic link, of the file it leads to.
Result<Done, Failure> write_file(const std::string& path, std::string_view text, unsigned mode);

// One section of an INI file as the AWS tools write them: `name = value` lines under [section].
std::optional<std::map<std::string, std::string>> find_section(std::string_view text,
                                                               std::string_view section);
// The text with the section's settings replaced, or the section added at the end; everything else is kept as
// it is, comments before the next section and line ends among it.
std::string with_section(std::string_view text, std::string_view section,
                         const std::map<std::string, std::string>& values);

}  // namespace openirsa::cli
