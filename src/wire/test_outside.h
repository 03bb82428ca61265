// An outside of canned answers that remembers what it was asked. Included by tests only.
#pragma once

#include <string>
#include <vector>

#include "wire/outside.h"

namespace openirsa::wire::test {

class FakeOutside : public Outside {
 public:
  Keys keys_of(const record::OpenIdConnectProvider&, std::optional<std::string_view>, Time) override {
    return {.keys = nullptr, .must_wait = false, .failure = OutsideFailure{true, "nothing is known"}};
  }
  void when_keys_settle(const record::OpenIdConnectProvider&, std::function<void()> resume) override {
    resume();
  }
  void fetch_thumbprint(const std::string& account, const std::string& url,
                        std::function<void(OutsideText)> done) override {
    asked.push_back(account + " " + url);
    if (meanwhile) meanwhile();
    done(answer);
  }
  void fetch_document(const Document& document, std::function<void(OutsideText)> done) override {
    asked.push_back(document.account + " " + document.url);
    documents.push_back(document);
    if (meanwhile) meanwhile();
    done(answer);
  }

  OutsideText answer = OutsideFailure{true, "nobody answers"};
  std::function<void()> meanwhile{};  // what happens while the request waits
  std::vector<std::string> asked;
  std::vector<Document> documents;
};

}  // namespace openirsa::wire::test
