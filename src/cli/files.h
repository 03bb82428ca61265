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

// The failure names the path and the reason: directories and what is longer than 16 MiB are refused.
Result<std::string, Failure> text_of_file(const std::string& path);
// The same, where a file need not be there.
std::optional<std::string> read_file(const std::string& path);
// Through a temporary file of a name that nobody else uses, and rename; where the path is a symbolic link, of
// the file it leads to.
Result<Done, Failure> write_file(const std::string& path, std::string_view text, unsigned mode);
// A file that is not there yet: whatever has the name already is left as it is.
Result<Done, Failure> write_new_file(const std::string& path, std::string_view text, unsigned mode);

// One section of an INI file as the AWS tools write them: `name = value` lines under [section].
std::optional<std::map<std::string, std::string>> find_section(std::string_view text,
                                                               std::string_view section);
// The text with the section's settings replaced, or the section added at the end; everything else is kept as
// it is, comments before the next section and line ends among it.
std::string with_section(std::string_view text, std::string_view section,
                         const std::map<std::string, std::string>& values);

}  // namespace openirsa::cli
