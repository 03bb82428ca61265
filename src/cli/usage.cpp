#include "cli/usage.h"

#include <CLI/CLI.hpp>

#include "cli/nouns.h"
#include "cli/output.h"

namespace openirsa::cli {
namespace {

// "server, create, get"
std::string words_of(const CLI::App& verb) {
  std::string out;
  for (const CLI::App* word : verb.get_subcommands([](const CLI::App*) { return true; })) {
    out += (out.empty() ? "" : ", ") + word->get_name();
  }
  return out;
}

Failure unknown(const CLI::App& verb, const std::string& command, const std::string& argument) {
  if (argument.size() > 1 && argument.front() == '-') {
    return {"unknown option `" + argument.substr(0, argument.find('=')) + "`; " + command +
            " --help lists its options"};
  }
  const std::string words = words_of(verb);
  if (words.empty())
    return {"unexpected argument `" + argument + "`; " + command + " --help shows what it takes"};
  return {"unknown word `" + argument + "`; after " + command + " comes one of: " + words};
}

// CLI11 begins the text of these errors with the option's name.
std::string named(const std::string& text) { return text.substr(0, text.find(':')); }

std::string what_is_wrong(const CLI::App& verb, const CLI::ParseError& error) {
  std::string text = error.what();
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) {
    for (const CLI::Option* option : verb.get_options()) {
      if (option->get_required() && option->count() == 0) return option->get_name() + " must be set";
    }
  }
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) {
    for (const CLI::Option* option : verb.get_options()) {
      if (static_cast<int>(option->count()) > option->get_items_expected_max())
        return option->get_name() + " is given more than once";
    }
    return named(text) + " needs a value";
  }
  constexpr std::string_view unconverted = "Could not convert: ";
  if (const auto equals = text.find(" = "); text.starts_with(unconverted) && equals != std::string::npos) {
    return "`" + text.substr(equals + 3) + "` is not a value of " +
           text.substr(unconverted.size(), equals - unconverted.size());
  }
  if (text.ends_with(empty_value)) return named(text) + " " + empty_value;
  return text;
}

Failure mistake_in(const CLI::App& program, const CLI::ParseError& error) {
  // An argument that nobody knows is often why another is missing, so it is named first.
  std::string command = "openirsa";
  const CLI::App* verb = &program;
  while (true) {
    if (const auto extras = verb->remaining(); !extras.empty())
      return unknown(*verb, command, extras.front());
    const auto chosen = verb->get_subcommands();
    if (chosen.empty()) break;
    verb = chosen.front();
    command += " " + verb->get_name();
  }
  if (const std::string words = words_of(*verb);
      !words.empty() && dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) {
    return {"a word is missing; after " + command + " comes one of: " + words};
  }
  return {what_is_wrong(*verb, error) + "; " + command + " --help shows what it takes"};
}

}  // namespace

int answer_unread(const CLI::App& program, const CLI::ParseError& error) {
  if (error.get_exit_code() == 0) return program.exit(error);
  const int status = fail(mistake_in(program, error));
  // Of a simulation, 1 is a verdict.
  const auto chosen = program.get_subcommands();
  return !chosen.empty() && chosen.front()->get_name() == "simulate" ? 2 : status;
}

}  // namespace openirsa::cli
