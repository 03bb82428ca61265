// dev/bench: decisions a second of the policy engine alone, on one processor: allowed by the last statement,
// refused by it, and refused because none speaks of the request, with 1, 10 and 100 statements. Then the
// engine against the simple evaluator, on pairs that nobody wrote.
#include <chrono>
#include <iostream>
#include <string>

#include "base/text.h"
#include "policy/agreement.h"
#include "policy/evaluate.h"

namespace openirsa::policy {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds long_enough{300};

// Statements about other buckets, and one at the end that decides.
Policy policy_of(std::size_t statements, std::string_view effect, std::string_view bucket) {
  std::string text = R"({"Version":"2012-10-17","Statement":[)";
  for (std::size_t i = 1; i < statements; ++i) {
    text += R"({"Effect":"Allow","Action":["s3:Get*","s3:List*"],"Resource":"arn:aws:s3:::other-)" +
            std::to_string(i) + R"(/*","Condition":{"StringEquals":{"aws:RequestedRegion":"us-west-2"}}},)";
  }
  text +=
      concatenate({R"({"Effect":")", effect, R"(","Action":["s3:Get*","s3:List*"],"Resource":"arn:aws:s3:::)",
                   bucket, R"(/*","Condition":{"StringEquals":{"aws:RequestedRegion":"us-west-2"}}}]})"});
  auto policy = Policy::parse(text, Kind::identity);
  if (!policy) {
    std::cerr << "policy_bench: " << policy.error().message << "\n";
    std::exit(1);
  }
  return *std::move(policy);
}

double decisions_a_second(const Policy& policy, Effect expected) {
  Context context;
  context.add("aws:SourceIp", "192.0.2.1");
  context.add("aws:SecureTransport", "true");
  context.add("aws:RequestedRegion", "us-west-2");
  const Facts facts{.principal = {},
                    .action = "s3:GetObject",
                    .resource = "arn:aws:s3:::wanted/a/key",
                    .context = &context};
  const Attached attached[] = {{.policy = &policy, .source = Source::identity, .name = "p"}};
  const auto start = Clock::now();
  std::size_t count = 0;
  do {
    for (int i = 0; i < 1000; ++i) {
      if (decide(attached, facts).effect() != expected) {
        std::cerr << "policy_bench: a policy decides otherwise\n";
        std::exit(1);
      }
    }
    count += 1000;
  } while (Clock::now() - start < long_enough);
  return static_cast<double>(count) / std::chrono::duration<double>(Clock::now() - start).count();
}

void measure() {
  for (const std::size_t statements : {std::size_t{1}, std::size_t{10}, std::size_t{100}}) {
    const auto print = [&](std::string_view name, const Policy& policy, Effect expected) {
      std::cout << "policy_" << name << "_" << statements << "_statements_per_second: "
                << static_cast<std::uint64_t>(decisions_a_second(policy, expected)) << "\n";
    };
    print("allow", policy_of(statements, "Allow", "wanted"), Effect::allowed);
    print("deny", policy_of(statements, "Deny", "wanted"), Effect::explicit_deny);
    print("implicit_deny", policy_of(statements, "Allow", "unwanted"), Effect::implicit_deny);
  }
}

int agree(std::size_t pairs) {
  const auto agreement = compare_evaluators(pairs);
  if (!agreement.disagreement.empty()) {
    std::cerr << "policy_bench: the evaluators disagree: " << agreement.disagreement << "\n";
    return 1;
  }
  for (const auto& [effect, count] : agreement.outcomes)
    std::cout << "policy_pairs_" << effect << ": " << count << "\n";
  return 0;
}

}  // namespace
}  // namespace openirsa::policy

int main(int argc, char** argv) {
  const auto pairs = openirsa::parse_integer(argc == 2 ? argv[1] : "");
  if (!pairs || *pairs < 1) {
    std::cerr << "usage: policy_bench PAIRS\n";
    return 2;
  }
  openirsa::policy::measure();
  return openirsa::policy::agree(static_cast<std::size_t>(*pairs));
}
