// The figures of one run: each the median of its rounds, printed as `name: value`.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace openirsa::bench {

class Report {
 public:
  void add(const std::string& name, double value);
  // REQUIRES: something was added under that name.
  double median(const std::string& name) const;
  // One line, at once, for what is measured once.
  static void print(const std::string& name, double value);
  static void note(const std::string& text);  // "# text"
  // All of it, in the order in which the names first came.
  void print_medians() const;

 private:
  std::vector<std::pair<std::string, std::vector<double>>> series_;
};

}  // namespace openirsa::bench
