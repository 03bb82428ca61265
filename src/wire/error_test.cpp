// Are our codes, statuses and texts those of AWS's service models?
#include "wire/error.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>

namespace openirsa::wire {
namespace {

std::filesystem::path vectors() {
  if (const char* set = std::getenv("OPENIRSA_VECTORS")) return set;
  return OPENIRSA_SOURCE_DIR "/../shared/vectors";
}

using Names = std::map<std::string, int>;

// The exceptions of a model, by the name on the wire. Two of IAM's have no error trait and no operation of
// ours.
Names modelled(const std::string& file) {
  std::ifstream stream(vectors() / "aws-models" / file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  const auto model = parse_json_object(text, {.depth = 64});
  if (!model) throw std::runtime_error(model.error().message);
  Names names;
  for (const auto& [shape_name, shape] : *find_object(*model, "shapes")) {
    if (!shape.as_object().contains("exception")) continue;
    const auto* trait = find_object(shape.as_object(), "error");
    if (trait == nullptr) continue;
    const auto code = find_string(*trait, "code").value_or(shape_name);
    names[std::string(code)] = static_cast<int>(find_integer(*trait, "httpStatusCode").value());
  }
  return names;
}

void expect_modelled(Code first, Code last, const std::vector<Names>& models, std::size_t cases) {
  std::size_t checked = 0;
  for (auto i = static_cast<int>(first); i <= static_cast<int>(last); ++i, ++checked) {
    const Code code = static_cast<Code>(i);
    const std::string name(wire_name(code));
    bool found = false;
    for (const Names& model : models) {
      const auto row = model.find(name);
      if (row == model.end()) continue;
      found = true;
      EXPECT_EQ(http_status(code), row->second) << name;
    }
    EXPECT_TRUE(found) << name << " stands in no model";
  }
  EXPECT_EQ(checked, cases);
}

TEST(ErrorTable, agrees_with_the_service_models) {
  if (!std::filesystem::exists(vectors() / "aws-models")) GTEST_SKIP() << "no vectors/aws-models";
  const Names iam = modelled("iam/2010-05-08/service-2.json");
  const Names sts = modelled("sts/2011-06-15/service-2.json");
  const Names eks = modelled("eks/2017-11-01/service-2.json");
  ASSERT_EQ(iam.size(), 30U);
  ASSERT_EQ(sts.size(), 12U);
  ASSERT_EQ(eks.size(), 15U);
  expect_modelled(Code::concurrent_modification, Code::unmodifiable_entity, {iam}, 11);
  expect_modelled(Code::expired_token, Code::region_disabled, {sts}, 7);
  expect_modelled(Code::eks_access_denied, Code::eks_service_unavailable, {eks}, 11);
  expect_modelled(Code::rest_throttling, Code::rest_throttling, {eks}, 1);
}

TEST(ErrorTable, names_no_two_codes_alike) {
  std::set<std::string_view> names;
  for (int i = 0; i < static_cast<int>(Code::count_); ++i) {
    const Code code = static_cast<Code>(i);
    // STS has ExpiredTokenException 400 for a web identity token, REST services 403 for the caller's session.
    if (code == Code::rest_expired_token) continue;
    EXPECT_TRUE(names.insert(wire_name(code)).second) << wire_name(code);
  }
}

TEST(ErrorTable, has_the_common_codes_of_the_api_references) {
  const std::vector<std::tuple<Code, std::string_view, int>> expected{
      {Code::access_denied, "AccessDenied", 403},
      {Code::incomplete_signature, "IncompleteSignature", 400},
      {Code::internal_failure, "InternalFailure", 500},
      {Code::invalid_action, "InvalidAction", 400},
      {Code::invalid_client_token_id, "InvalidClientTokenId", 403},
      {Code::invalid_parameter_value, "InvalidParameterValue", 400},
      {Code::malformed_input, "MalformedInput", 400},
      {Code::malformed_query_string, "MalformedQueryString", 404},
      {Code::missing_action, "MissingAction", 400},
      {Code::missing_authentication_token, "MissingAuthenticationToken", 403},
      {Code::request_entity_too_large, "RequestEntityTooLarge", 413},
      {Code::service_unavailable, "ServiceUnavailable", 503},
      {Code::signature_does_not_match, "SignatureDoesNotMatch", 403},
      {Code::throttling, "Throttling", 400},
      {Code::validation_error, "ValidationError", 400},
      {Code::expired_session, "ExpiredToken", 403},
      {Code::unknown_operation, "UnknownOperationException", 404},
  };
  for (const auto& [code, name, status] : expected) {
    EXPECT_EQ(wire_name(code), name);
    EXPECT_EQ(http_status(code), status) << name;
  }
}

TEST(ErrorTable, translates_for_rest_once_and_keeps_the_class) {
  for (int i = 0; i < static_cast<int>(Code::count_); ++i) {
    const Code code = static_cast<Code>(i);
    EXPECT_EQ(as_rest(as_rest(code)), as_rest(code)) << wire_name(code);
    EXPECT_EQ(http_status(as_rest(code)) / 100, http_status(code) / 100) << wire_name(code);
  }
  EXPECT_EQ(wire_name(as_rest(Code::access_denied)), "AccessDeniedException");
  EXPECT_EQ(wire_name(as_rest(Code::invalid_client_token_id)), "UnrecognizedClientException");
  EXPECT_EQ(wire_name(as_rest(Code::signature_does_not_match)), "InvalidSignatureException");
  EXPECT_EQ(wire_name(as_rest(Code::missing_authentication_token)), "MissingAuthenticationTokenException");
  EXPECT_EQ(wire_name(as_rest(Code::internal_failure)), "ServerException");
}

TEST(ValidationText, is_aws_wording) {
  const Error missing = validation_error("url", must_not_be_null());
  EXPECT_EQ(missing.code, Code::validation_error);
  EXPECT_EQ(
      missing.message,
      "1 validation error detected: Value at 'url' failed to satisfy constraint: Member must not be null");
  EXPECT_EQ(
      validation_error("Session1:2", "roleSessionName", must_match("[\\w+=,.@-]*")).message,
      "1 validation error detected: Value 'Session1:2' at 'roleSessionName' failed to satisfy constraint: "
      "Member must satisfy regular expression pattern: [\\w+=,.@-]*");
}

TEST(ValidationText, joins_several) {
  ValidationErrors errors;
  EXPECT_TRUE(errors.empty());
  errors.add("clientIDList", length_at_most(100));
  errors.add("x", "url", length_at_least(20));
  EXPECT_FALSE(errors.empty());
  EXPECT_EQ(
      errors.error().message,
      "2 validation errors detected: Value at 'clientIDList' failed to satisfy constraint: Member must have "
      "length less than or equal to 100; Value 'x' at 'url' failed to satisfy constraint: Member must have "
      "length greater than or equal to 20");
}

}  // namespace
}  // namespace openirsa::wire
