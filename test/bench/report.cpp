#include "report.h"

#include <algorithm>
#include <cstdio>

namespace openirsa::bench {
namespace {

double median_of(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

}  // namespace

void Report::add(const std::string& name, double value) {
  const auto at = std::ranges::find(series_, name, [](const auto& entry) { return entry.first; });
  if (at != series_.end()) return at->second.push_back(value);
  series_.push_back({name, {value}});
}

double Report::median(const std::string& name) const {
  return median_of(std::ranges::find(series_, name, [](const auto& entry) { return entry.first; })->second);
}

void Report::print(const std::string& name, double value) {
  std::printf("%s: %.3f\n", name.c_str(), value);
  std::fflush(stdout);
}

void Report::note(const std::string& text) {
  std::printf("# %s\n", text.c_str());
  std::fflush(stdout);
}

void Report::print_medians() const {
  for (const auto& [name, values] : series_) print(name, median_of(values));
}

}  // namespace openirsa::bench
