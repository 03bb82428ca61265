#include "token/unsecured.h"

#include "base/text.h"

namespace openirsa::token {

std::string unsecured_token(json::object claims, Time now) {
  const std::int64_t seconds = seconds_of(now);
  if (find_member(claims, "iat") == nullptr) claims["iat"] = seconds;
  if (find_member(claims, "exp") == nullptr) claims["exp"] = seconds + 3600;
  return concatenate({to_base64url(R"({"alg":"none"})"), ".", to_base64url(json::serialize(claims)), "."});
}

}  // namespace openirsa::token
