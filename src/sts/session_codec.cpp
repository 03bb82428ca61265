#include "sts/session_codec.h"

namespace openirsa::sts {
namespace {

class Writer {
 public:
  void number(std::uint64_t value) {  // LEB128
    while (value >= 0x80) {
      out_.push_back(static_cast<char>(value & 0x7F) | static_cast<char>(0x80));
      value >>= 7;
    }
    out_.push_back(static_cast<char>(value));
  }
  void text(std::string_view value) {
    number(value.size());
    out_.append(value);
  }
  void reserve(std::size_t size) { out_.reserve(size); }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 63; shift += 7) {
      if (rest_.empty()) break;
      const auto byte = static_cast<std::uint8_t>(rest_.front());
      rest_.remove_prefix(1);
      value |= std::uint64_t{byte & 0x7FU} << shift;
      if ((byte & 0x80U) == 0) return value;
    }
    good_ = false;
    return 0;
  }
  std::string_view text() {
    const std::uint64_t size = number();
    if (size > rest_.size()) {
      good_ = false;
      return {};
    }
    const std::string_view value = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return value;
  }
  bool finished() const { return good_ && rest_.empty(); }
  bool more() const { return good_ && !rest_.empty(); }
  bool good() const { return good_; }

 private:
  std::string_view rest_;
  bool good_ = true;
};

std::size_t field_bytes(std::string_view text) { return text.size() + (text.size() < 0x80 ? 1 : 2); }

void encode_extras(Writer& out, const Extras& extras) {
  out.text(extras.source_identity);
  out.number(extras.tags.size());
  for (const wire::SessionTag& tag : extras.tags) {
    out.text(tag.key);
    out.text(tag.value);
    out.number(tag.transitive ? 1 : 0);
  }
  out.number(extras.ancestors.size());
  for (const wire::Ancestor& ancestor : extras.ancestors) {
    for (const std::string* text :
         {&ancestor.account, &ancestor.unique_id, &ancestor.name, &ancestor.access_key_id,
          &ancestor.provider_arn, &ancestor.issuer, &ancestor.key_id, &ancestor.cluster_arn}) {
      out.text(*text);
    }
    out.number(static_cast<std::uint64_t>(ancestor.issued_at.time_since_epoch().count()));
  }
}

Extras decode_extras(Reader& in) {
  Extras extras;
  extras.source_identity = in.text();
  for (std::uint64_t left = in.number(); left > 0 && in.good(); --left) {
    wire::SessionTag tag;
    tag.key = in.text();
    tag.value = in.text();
    tag.transitive = in.number() != 0;
    extras.tags.push_back(std::move(tag));
  }
  for (std::uint64_t left = in.number(); left > 0 && in.good(); --left) {
    wire::Ancestor ancestor;
    for (std::string* text :
         {&ancestor.account, &ancestor.unique_id, &ancestor.name, &ancestor.access_key_id,
          &ancestor.provider_arn, &ancestor.issuer, &ancestor.key_id, &ancestor.cluster_arn}) {
      *text = in.text();
    }
    ancestor.issued_at = Time(std::chrono::milliseconds(static_cast<std::int64_t>(in.number())));
    extras.ancestors.push_back(std::move(ancestor));
  }
  return extras;
}

}  // namespace

std::string encode(const StatementView& statement) {
  Writer out;
  out.reserve(512 + statement.policy.size());
  out.text(statement.access_key_id);
  out.text(statement.secret_access_key);
  out.text(statement.role_id);
  out.text(statement.role_name);
  out.text(statement.session_name);
  out.text(statement.provider_arn);
  out.text(statement.issuer);
  out.text(statement.key_id);
  out.text(statement.cluster_arn);
  out.number(static_cast<std::uint64_t>(statement.issued_at));
  out.number(static_cast<std::uint64_t>(statement.expires_at));
  out.text(statement.policy);
  out.number(statement.policies.size());
  for (const auto& policy : statement.policies) {
    out.text(policy.arn);
    out.text(policy.id);
  }
  out.number(static_cast<std::uint64_t>(statement.milliseconds));
  if (statement.extras != nullptr && !statement.extras->empty()) encode_extras(out, *statement.extras);
  return out.take();
}

std::optional<Statement> decode(std::string_view bytes) {
  Reader in(bytes);
  Statement statement;
  statement.access_key_id = in.text();
  statement.secret_access_key = Secret(std::string(in.text()));
  statement.role_id = in.text();
  statement.role_name = in.text();
  statement.session_name = in.text();
  statement.provider_arn = in.text();
  statement.issuer = in.text();
  statement.key_id = in.text();
  statement.cluster_arn = in.text();
  statement.issued_at = static_cast<std::int64_t>(in.number());
  statement.expires_at = static_cast<std::int64_t>(in.number());
  statement.policy = in.text();
  const std::uint64_t policies = in.number();
  for (std::uint64_t i = 0; i < policies && in.good(); ++i) {
    SealedPolicy policy;
    policy.arn = in.text();
    policy.id = in.text();
    statement.policies.push_back(std::move(policy));
  }
  statement.milliseconds = static_cast<std::int64_t>(in.number());
  if (in.more()) statement.extras = decode_extras(in);
  if (!in.finished()) return std::nullopt;
  return statement;
}

std::size_t packed_bytes(const StatementView& statement) {
  std::size_t bytes = statement.policy.empty() ? 0 : field_bytes(statement.policy);
  for (const auto& policy : statement.policies) bytes += field_bytes(policy.arn) + field_bytes(policy.id);
  if (statement.extras == nullptr) return bytes;
  for (const auto& tag : statement.extras->tags) bytes += field_bytes(tag.key) + field_bytes(tag.value) + 1;
  return bytes;
}

}  // namespace openirsa::sts
