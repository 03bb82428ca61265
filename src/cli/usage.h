// What is said about a command line that cannot be read.
#pragma once

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace openirsa::cli {

// Help and version, where they were asked for, go to stdout with status 0; a mistake is one line on stderr
// that names it and says what to do, with status 1 (of `simulate` 2).
int answer_unread(const CLI::App& program, const CLI::ParseError& error);

}  // namespace openirsa::cli
