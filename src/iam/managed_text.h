// The form in which our own copies of AWS's managed policies are written down (iam/managed/*.inc): what each
// allows and denies, in our words, grouped by service. Each file holds policies of one field, parted by
// empty lines:
//
//   /service-role/Name                      path and name
//     about What it is for.
//     allow                                 or: deny, allow all but, deny all but; each begins a statement
//       ec2 AttachVolume Describe*          actions of one service
//       on arn:aws:ec2:*:*:volume/*         resources, or: on all but …; all of them when none are named
//       if StringEquals key = one | two     a condition
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace openirsa::iam {

struct WrittenPolicy {
  std::string_view place;  // "/service-role/Name"
  std::string_view about;
  std::string document;  // as JSON
};

// REQUIRES: text in that form.
std::vector<WrittenPolicy> read_policies(std::string_view text);

}  // namespace openirsa::iam
