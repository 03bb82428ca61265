#include "audit/packed_success.h"

#include <cstring>
#include <string>
#include <string_view>

namespace openirsa::audit {
namespace {

// Every text of a success. A refusal's own are not among them.
template <class AnyTrace, class Visit>
void for_each_text(AnyTrace& trace, Visit visit) {
  visit(trace.request_id);
  visit(trace.service);
  visit(trace.operation);
  visit(trace.source_ip);
  visit(trace.account);
  visit(trace.caller);
  visit(trace.access_key_id);
  visit(trace.action);
  visit(trace.resource);
  visit(trace.role_arn);
  visit(trace.issuer);
  visit(trace.subject);
  visit(trace.audience);
  visit(trace.key_id);
  visit(trace.algorithm);
  visit(trace.provider_arn);
  visit(trace.session_name);
}
constexpr std::size_t texts = 17;

using Length = std::uint16_t;

struct Numbers {
  std::int64_t time = 0;
  std::int64_t issued_at = 0;
  std::int64_t expires_at = 0;
  std::uint32_t passed = 0;
  std::int32_t status = 0;
  bool has_issued_at = false;
  bool has_expires_at = false;
};

// The mark that a text was cut comes on top of the longest text.
constexpr std::size_t longest_kept = wire::Trace::longest_text + 3;
static_assert(sizeof(Numbers) + texts * (sizeof(Length) + longest_kept) <= largest_packed);

Numbers numbers_of(const wire::Trace& trace) {
  Numbers numbers{.time = trace.time.time_since_epoch().count(),
                  .issued_at = trace.token_issued_at.value_or(0),
                  .expires_at = trace.token_expires_at.value_or(0),
                  .passed = 0,
                  .status = trace.status,
                  .has_issued_at = trace.token_issued_at.has_value(),
                  .has_expires_at = trace.token_expires_at.has_value()};
  for (unsigned step = 0; step < static_cast<unsigned>(wire::Step::count_); ++step) {
    if (trace.passed(static_cast<wire::Step>(step))) numbers.passed |= 1U << step;
  }
  return numbers;
}

char* put_text(char* to, std::string_view text) {
  const auto length = static_cast<Length>(text.size());
  std::memcpy(to, &length, sizeof length);
  std::memcpy(to + sizeof length, text.data(), text.size());
  return to + sizeof length + text.size();
}

std::string cut(std::string_view text) {
  std::string kept(text);
  wire::clip_text(kept, wire::Trace::longest_text);
  return kept;
}

}  // namespace

std::size_t packed_size(const wire::Trace& trace) {
  std::size_t size = sizeof(Numbers) + texts * sizeof(Length);
  for_each_text(trace, [&](std::string_view text) {
    size += text.size() <= wire::Trace::longest_text ? text.size() : cut(text).size();
  });
  return size;
}

void pack(const wire::Trace& trace, char* to) {
  const Numbers numbers = numbers_of(trace);
  std::memcpy(to, &numbers, sizeof numbers);
  to += sizeof numbers;
  for_each_text(trace, [&](std::string_view text) {
    to = text.size() <= wire::Trace::longest_text ? put_text(to, text) : put_text(to, cut(text));
  });
}

wire::Trace unpack(const char* from) {
  Numbers numbers;
  std::memcpy(&numbers, from, sizeof numbers);
  from += sizeof numbers;
  wire::Trace trace;
  trace.time = Time{std::chrono::milliseconds{numbers.time}};
  if (numbers.has_issued_at) trace.token_issued_at = numbers.issued_at;
  if (numbers.has_expires_at) trace.token_expires_at = numbers.expires_at;
  trace.status = numbers.status;
  for (unsigned step = 0; step < static_cast<unsigned>(wire::Step::count_); ++step) {
    if ((numbers.passed >> step & 1U) != 0) trace.pass(static_cast<wire::Step>(step));
  }
  for_each_text(trace, [&](auto& text) {
    Length length = 0;
    std::memcpy(&length, from, sizeof length);
    text = std::string_view(from + sizeof length, length);
    from += sizeof length + length;
  });
  return trace;
}

}  // namespace openirsa::audit
