#include "policy/random_case.h"

#include <random>

#include "base/text.h"

namespace openirsa::policy {

class RandomCases::Maker {
 public:
  explicit Maker(std::uint64_t seed) : engine_(seed) {}

  json::array policies() {
    const std::size_t dice = below(100);
    const std::string alone = dice < 25 ? "trust" : dice < 50 ? "resource" : "";
    json::array policies;
    const std::size_t count = alone.empty() ? 1 + below(3) : 1;
    for (std::size_t i = 0; i < count; ++i) policies.push_back(policy(alone.empty() ? source(i) : alone));
    return policies;
  }

  json::object facts() {
    json::object context;
    for (const char* name : {"k:a", "k:b", "k:c"}) {
      if (chance(30)) continue;
      if (chance(70)) {
        context[name] = context_value();
        continue;
      }
      json::array list;
      for (std::size_t n = below(4); n > 0; --n) list.push_back(json::value(context_value()));
      context[name] = std::move(list);
    }
    return {
        {"principal", principal()},
        {"action", pick({"sts:AssumeRole", "sts:AssumeRoleWithWebIdentity", "iam:GetRole", "iam:GetUser"})},
        {"resource", pick({"*", "arn:aws:iam::1111:role/a", "arn:aws:iam::2222:role/b", "arn:aws:s3:::b/x",
                           "arn:aws:s3:::b/x/y", "arn:aws:s3:::*", "arn:aws:sqs:x:1111:q"})},
        {"context", std::move(context)}};
  }

  void aim_often(json::object& facts, const json::array& policies) {
    if (chance(92)) aim(facts, policies);
  }

  // What one statement speaks of, as far as it says so: its own texts with their wildcards filled in.
  void aim(json::object& facts, const json::array& policies) {
    const json::object& document = any_of(policies).as_object().at("document").as_object();
    const json::object& statement = any_of(document.at("Statement").as_array()).as_object();
    if (const auto* actions = statement.if_contains("Action")) facts["action"] = filled(any_text(*actions));
    if (const auto* conditions = statement.if_contains("Condition"))
      aim_at_conditions(facts["context"].as_object(), conditions->as_object());
    if (const auto* resources = statement.if_contains("Resource"))
      facts["resource"] = filled(any_text(*resources));
    if (statement.contains("Principal") && statement.at("Principal").is_object())
      aim_at_principal(facts, statement.at("Principal").as_object());
  }

 private:
  const json::value& any_of(const json::array& list) { return list[below(list.size())]; }
  std::string any_text(const json::value& value) {
    if (const auto* list = value.if_array()) return list->empty() ? "x" : any_text(any_of(*list));
    return value.is_string() ? std::string(value.as_string()) : "x";
  }
  std::string filled(std::string text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const bool variable = text.compare(i, 2, "${") == 0 && text.find('}', i) != std::string::npos;
      if (variable) {
        out += pick({"x", "y", "*", "a"});
        i = text.find('}', i);
      } else if (text[i] == '*') {
        out += pick({"", "x", "Role"});
      } else {
        out += text[i] == '?' ? 'G' : text[i];
      }
    }
    return out;
  }
  void aim_at_conditions(json::object& context, const json::object& conditions) {
    for (const auto& [name, keys] : conditions) {
      const bool set = std::string_view(name).find(':') != std::string_view::npos;
      for (const auto& [key, values] : keys.as_object()) {
        const std::string lower = to_lower(std::string_view(key));
        json::value value(filled(any_text(values)));
        if (set) value = json::array{std::move(value)};
        context[lower] = std::move(value);
      }
    }
  }
  void aim_at_principal(json::object& facts, const json::object& named) {
    if (named.contains("Federated")) {
      facts["principal"] = {{"kind", "federated"}, {"arn", any_text(named.at("Federated"))}};
    } else if (named.contains("AWS")) {
      facts["principal"] = session();
    }
  }

  std::size_t below(std::size_t n) { return static_cast<std::size_t>(engine_() % n); }
  bool chance(std::size_t percent) { return below(100) < percent; }
  template <std::size_t N>
  std::string pick(const char* const (&from)[N]) {
    return from[below(N)];
  }

  std::string source(std::size_t i) {
    if (i == 0) return "identity";
    return pick({"identity", "boundary", "session", "resource"});
  }

  template <class Make>
  json::value one_or_more(Make make) {
    if (chance(60)) return json::value(make());
    json::array list;
    for (std::size_t n = 1 + below(3); n > 0; --n) list.push_back(json::value(make()));
    return list;
  }

  json::object policy(const std::string& of) {
    json::object document;
    if (!chance(10)) document["Version"] = chance(80) ? "2012-10-17" : "2008-10-17";
    json::array statements;
    for (std::size_t n = 1 + below(3); n > 0; --n) statements.push_back(statement(of));
    document["Statement"] = std::move(statements);
    return {{"source", of}, {"name", "p"}, {"document", std::move(document)}};
  }

  json::object statement(const std::string& of) {
    const bool trust = of == "trust";
    json::object out{{"Effect", chance(72) ? "Allow" : "Deny"}};
    out[chance(85) ? "Action" : "NotAction"] = one_or_more([&] {
      return trust ? pick({"sts:AssumeRole", "sts:AssumeRole*", "STS:assumerolewithwebidentity", "sts:*",
                           "sts:?agSession"})
                   : pick({"sts:AssumeRole", "sts:*", "iam:Get*", "*", "IAM:getrole", "iam:?etUser",
                           "iam:*Role"});
    });
    if (trust) out["Principal"] = principals();
    if (of == "resource") {
      out[chance(50) ? "Principal" : "NotPrincipal"] =
          chance(5) ? json::value("*") : json::value(principals());
    }
    if (!trust && (of != "resource" || chance(50)))
      out[chance(85) ? "Resource" : "NotResource"] = one_or_more([&] { return resource_pattern(); });
    if (chance(55)) out["Condition"] = conditions();
    return out;
  }

  std::string resource_pattern() {
    return pick({"*", "arn:aws:iam::1111:role/a", "arn:aws:iam::1111:role/*", "arn:aws:iam::*:role/?",
                 "arn:aws:s3:::b/${k:a}", "arn:aws:s3:::b/${k:a, 'x'}/*", "arn:aws:s3:::b/*",
                 "arn:aws:s3:::${*}", "arn:aws:sqs:${k:a}:1111:q", "arn:aws:s3:::*x*x*"});
  }

  json::object principals() {
    json::object out;
    if (chance(50)) {
      if (chance(30)) {
        out["AWS"] = {"111111111111", "arn:aws:iam::111111111111:role/r",
                      "arn:aws:sts::111111111111:assumed-role/r/s"};
        return out;
      }
      out["AWS"] = one_or_more([&] {
        return pick({"*", "111111111111", "222222222222", "arn:aws:iam::111111111111:root",
                     "arn:aws:iam::111111111111:user/u", "arn:aws:iam::111111111111:role/r",
                     "AROAAAAAAAAAAAAAAAAA", "arn:aws:sts::111111111111:assumed-role/r/s"});
      });
    }
    if (out.empty() || chance(50)) {
      out["Federated"] = one_or_more([&] {
        return pick({"arn:aws:iam::111111111111:oidc-provider/o.example/a",
                     "arn:aws:iam::111111111111:oidc-provider/o.example/a/", "accounts.google.com"});
      });
    }
    if (chance(15)) out["Service"] = pick({"ec2.amazonaws.com", "pods.eks.amazonaws.com"});
    return out;
  }

  json::object conditions() {
    json::object out;
    for (std::size_t n = 1 + below(2); n > 0; --n) {
      std::string name = pick({"", "", "", "ForAllValues:", "ForAnyValue:"});
      const std::string base = operator_name();
      name += base;
      if (base != "Null" && chance(25)) name += "IfExists";
      json::object keys;
      for (std::size_t k = 1 + below(2); k > 0; --k) {
        keys[pick({"k:a", "K:A", "k:b", "k:c", "k:d"})] =
            chance(4) ? json::value(json::array{}) : one_or_more([&] { return policy_value(base); });
      }
      out[name] = std::move(keys);
    }
    return out;
  }

  std::string operator_name() {
    return pick({"StringEquals",
                 "StringNotEquals",
                 "StringEqualsIgnoreCase",
                 "StringNotEqualsIgnoreCase",
                 "StringLike",
                 "StringNotLike",
                 "NumericEquals",
                 "NumericNotEquals",
                 "NumericLessThan",
                 "NumericLessThanEquals",
                 "NumericGreaterThan",
                 "NumericGreaterThanEquals",
                 "DateEquals",
                 "DateNotEquals",
                 "DateLessThan",
                 "DateLessThanEquals",
                 "DateGreaterThan",
                 "DateGreaterThanEquals",
                 "Bool",
                 "BinaryEquals",
                 "IpAddress",
                 "NotIpAddress",
                 "ArnEquals",
                 "ArnLike",
                 "ArnNotEquals",
                 "ArnNotLike",
                 "Null"});
  }

  std::string policy_value(const std::string& name) {
    if (name.starts_with("String")) {
      return pick({"x", "X", "xy", "x*", "*", "?", "x?*y", "${k:a}", "${k:b}*", "${k:d, 'x'}", "${*}",
                   "${$}x", "", "é?", "*x*x", "${k:a", "1"});
    }
    if (name.starts_with("Numeric")) return pick({"1", "01", "1.0", "-1", "2", "10", "x", "0.5"});
    if (name.starts_with("Date")) {
      return pick(
          {"2026-11-24T12:00:00Z", "2026-11-24", "1795521600", "0", "2026", "2026-11-24T13:00:00+01:00"});
    }
    if (name.find("Ip") != std::string::npos) {
      return pick({"10.0.0.0/8", "10.1.2.3", "0.0.0.0/0", "2001:db8::/32", "::ffff:10.0.0.0/104", "x",
                   "10.1.2.0/31"});
    }
    if (name.starts_with("Arn")) {
      return pick({"arn:aws:iam::1111:role/*", "arn:*:*:*:*:*", "*", "arn:aws:iam::${k:b}:role/a",
                   "arn:aws:iam::*:r*"});
    }
    if (name == "BinaryEquals") return pick({"QQ==", "Qg==", "QQ"});
    return pick({"true", "false", "True", "x"});
  }

  std::string context_value() {
    return pick({"x",
                 "X",
                 "xy",
                 "xéy",
                 "*",
                 "?",
                 "",
                 "1",
                 "1.0",
                 "-1",
                 "2",
                 "true",
                 "false",
                 "10.1.2.3",
                 "2001:db8::1",
                 "::ffff:10.1.2.3",
                 "2026-11-24T12:00:00Z",
                 "1795521600",
                 "2026",
                 "arn:aws:iam::1111:role/a",
                 "1111",
                 "QQ==",
                 "${k:a"});
  }

  json::object session() {
    json::object out{{"kind", "assumed_role"},
                     {"arn", "arn:aws:sts::111111111111:assumed-role/r/s"},
                     {"account", "111111111111"},
                     {"role_arn", "arn:aws:iam::111111111111:role/r"},
                     {"unique_id", "AROAAAAAAAAAAAAAAAAA"}};
    if (chance(10)) out["bounded"] = true;
    return out;
  }

  json::object principal() {
    switch (below(8)) {
      case 5:
        return session();
      case 6:
        return {{"kind", "account"}, {"arn", "arn:aws:iam::111111111111:root"}, {"account", "111111111111"}};
      case 0:
        return {{"kind", "user"}, {"arn", "arn:aws:iam::111111111111:user/u"}, {"account", "111111111111"}};
      case 1:
        return session();
      case 2:
        return {{"kind", "service"}, {"arn", "ec2.amazonaws.com"}};
      case 3:
        return {{"kind", "anonymous"}};
      case 4:
        return {{"kind", "federated"}, {"arn", "accounts.google.com"}};
      default:
        return {{"kind", "federated"}, {"arn", "arn:aws:iam::111111111111:oidc-provider/o.example/a"}};
    }
  }

  std::mt19937_64 engine_;
};

RandomCases::RandomCases(std::uint64_t seed) : maker_(std::make_unique<Maker>(seed)) {}
RandomCases::~RandomCases() = default;

json::array RandomCases::policies() { return maker_->policies(); }

json::object RandomCases::facts_for(const json::array& policies) {
  json::object facts = maker_->facts();
  maker_->aim_often(facts, policies);
  return facts;
}

}  // namespace openirsa::policy
