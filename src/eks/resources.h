// The ARN that each operation is authorised for, and the condition keys that it adds.
#pragma once

#include <string>

#include "wire/operation.h"

namespace openirsa::eks {

namespace resource {
std::string new_cluster(const wire::Call& call);
std::string cluster(const wire::Call& call);   // of the route's {name}
std::string clusters(const wire::Call& call);  // all of the region
std::string region(const wire::Call& call);    // arn:aws:eks:<region>:<account>:*
std::string tagged(const wire::Call& call);    // the route's {resourceArn}, as it came
}  // namespace resource

namespace keys {
void of_request(const wire::Call& call, policy::Context& context);  // aws:RequestTag/KEY, aws:TagKeys
void of_cluster(const wire::Call& call, policy::Context& context);  // aws:ResourceTag/KEY
void of_tagged(const wire::Call& call, policy::Context& context);   // both
}  // namespace keys

}  // namespace openirsa::eks
