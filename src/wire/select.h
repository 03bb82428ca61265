// Which service and which operation a request means. Not for other rooms.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "wire/passage.h"
#include "wire/rest.h"

namespace openirsa::wire {

// What a Host name of AWS says.
struct AwsHost {
  std::string service;
  std::string region;  // empty for a global name
};
// `iam.amazonaws.com`, `sts.us-west-2.amazonaws.com`, `eks.us-west-2.api.aws`, the FIPS names, those of
// China; nothing for every other name.
std::optional<AwsHost> parse_aws_host(std::string_view host);

// A service with its rows indexed.
struct Known {
  const Service* service;
  Routes routes;  // REST only
};

class Tables {
 public:
  explicit Tables(const std::vector<const Service*>& services);

  const Known* by_name(std::string_view signing_name) const;
  const Known* by_version(std::string_view version) const;  // query services only
  const Known* by_path(std::string_view raw_path) const;    // REST services only

 private:
  std::vector<Known> known_;
};

// Steps 2 to 4. Sets service, operation, region, parameters and labels.
Result<Done, Error> find_operation(const Tables& tables, Passage& passage);

}  // namespace openirsa::wire
