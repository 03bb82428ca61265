#include "sts/access_key_info.h"

#include <algorithm>

#include "record/identifier.h"
#include "wire/session_input.h"
#include "wire/xml.h"

namespace openirsa::sts {

Result<wire::Answer, wire::Error> get_access_key_info(wire::Call& call) {
  const auto id = call.parameters.find("AccessKeyId");
  wire::ValidationErrors errors;
  check_length(errors, id, "accessKeyId", 16, 128);
  const auto is_word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  if (id && !std::ranges::all_of(*id, is_word)) errors.add(*id, "accessKeyId", wire::must_match("[\\w]*"));
  if (!errors.empty()) return errors.error();
  const auto account = record::account_of_access_key(*id);
  if (!account) {
    return wire::Error{wire::Code::validation_error, "Invalid AccessKeyId: " + std::string(*id)};
  }
  wire::Xml xml;
  xml.text("Account", *account);
  return wire::xml_answer(xml.take());
}

}  // namespace openirsa::sts
