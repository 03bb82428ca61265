// A policy document, parsed and compiled once: statements ready to be matched without allocation.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace openirsa::policy {

// Which rules of the grammar apply: who may appear, what must appear.
enum class Kind {
  identity,  // inline and managed policies: no Principal, Resource required
  managed,   // as identity, with CreatePolicy's own wording
  trust,     // AssumeRolePolicyDocument: Principal required, Resource forbidden, sts:Assume… actions only
  session,   // Policy parameter of STS
  resource,  // what a resource carries: Principal or NotPrincipal required, Resource as its owner likes
};

// Text as AWS writes it; the code on the wire is MalformedPolicyDocument.
struct PolicyError {
  std::string message;
};

class Policy {
 public:
  struct Document;  // compiled statements: see statement.h

  // Refuses what AWS refuses, with its text (its texts are pinned by cases); also duplicate member
  // names and nesting deeper than the grammar needs. Size quotas are the caller's: they differ by where a
  // document is stored.
  static Result<Policy, PolicyError> parse(std::string_view text, Kind kind);

  // For a text that parse() accepted before it was stored: compiled when a decision first needs it, by
  // whichever thread. Should it not be readable after all (a damaged database, an older release), it denies
  // everything, and a trace says so in the Sid.
  static Policy deferred(std::string text, Kind kind);

  const std::string& text() const;              // as given
  std::size_t size_without_whitespace() const;  // what AWS's quotas count
  const Document& document() const { return document_ ? *document_ : compiled(); }

 private:
  struct Deferred;
  explicit Policy(std::shared_ptr<const Document> document) : document_(std::move(document)) {}
  explicit Policy(std::shared_ptr<const Deferred> deferred) : deferred_(std::move(deferred)) {}
  const Document& compiled() const;

  // One of the two.
  std::shared_ptr<const Document> document_;
  std::shared_ptr<const Deferred> deferred_;
};

}  // namespace openirsa::policy
