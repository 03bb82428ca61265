// What the tests of the simulators share: policies, requests and a look into answers. Tests only.
#pragma once

#include "iam/harness.h"

namespace openirsa::iam::test {

inline std::string statement(const std::string& effect, const std::string& action,
                             const std::string& more = {}) {
  return R"({"Effect":")" + effect + R"(","Action":")" + action + R"(","Resource":"*")" + more + "}";
}
inline std::string document(const std::string& statements) {
  return R"({"Version":"2012-10-17","Statement":[)" + statements + "]}";
}

inline Params plus(Params params, const Params& more) {
  params.insert(params.end(), more.begin(), more.end());
  return params;
}
inline Params actions(std::initializer_list<std::string> names) {
  Params params;
  for (const std::string& name : names)
    params.emplace_back("ActionNames.member." + std::to_string(params.size() + 1), name);
  return params;
}
inline Params custom(const std::string& text, const Params& more = {}) {
  return plus({{"PolicyInputList.member.1", text}, {"ActionNames.member.1", "s3:PutObject"}}, more);
}

inline const Element& first(const Reply& reply) {
  static const Element none;
  const Element* list = reply.result().find("EvaluationResults");
  return list == nullptr || list->children.empty() ? none : list->children.front();
}
inline std::string at(const Element& element, std::string_view path) {
  const Element* inner = &element;
  for (const std::string_view step : split(path, '/')) {
    inner = inner->find(step);
    if (inner == nullptr) return "(none)";
  }
  return inner->text;
}
inline Texts texts(const Element& element, std::string_view list, std::string_view part = {}) {
  Texts found;
  const Element* inner = element.find(list);
  if (inner == nullptr) return {"(no list)"};
  for (const Element& member : inner->children)
    found.push_back(part.empty() ? member.text : at(member, part));
  return found;
}

}  // namespace openirsa::iam::test
