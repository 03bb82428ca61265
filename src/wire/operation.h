// One operation is one row. The dispatcher walks the rows; nothing else calls a handler.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "http/message.h"
#include "policy/facts.h"
#include "wire/caller.h"
#include "wire/error.h"
#include "wire/house.h"
#include "wire/outside.h"
#include "wire/parameters.h"
#include "wire/trace.h"

namespace openirsa::wire {

struct Operation;

// Begins to get something from outside and calls `done` exactly once with what came, from any thread. It
// keeps what it needs by value: the call has returned by then.
using Begin = std::function<void(std::function<void(OutsideText)> done)>;

// One request on its way through, parsed once.
struct Call {
  House& house;
  const Operation& operation;
  const http::Request& http;
  const std::string& request_id;
  const std::string& region;  // of the credential scope, else of the Host name, else the server's
  Time now;
  std::shared_ptr<const store::Snapshot> snapshot;  // of the moment that the handler starts
  const Parameters& parameters;                     // query protocol: all; REST: the query string
  const json::object& body;                         // REST: the JSON body, empty when there is none
  const std::vector<std::string>& labels;           // REST: the decoded path labels of the route, in order
  const Caller* caller;                             // null when the operation judges its own token
  Trace& trace;
  const OutsideText* came = nullptr;  // what wait_for waited for; null in the handler's first run
  Begin pending = nullptr;            // set by wait_for alone
  // Where wait_for was waited for, the store's revision that the first run saw: what has a later one was
  // written meanwhile.
  store::Revision began_at = 0;

  // Whose resources the call is about: the caller's account.
  const std::string& account() const { return caller->account; }
};

// What a handler answers with: the inside of <…Result> (query) or the JSON body (REST).
struct Answer {
  std::string xml;         // query
  bool has_result = true;  // query: false for operations without output, which have no Result element
  json::value body;        // REST
  int status = 200;        // REST
};
inline Answer nothing() { return {.xml = {}, .has_result = false, .body = json::object{}, .status = 200}; }
inline Answer xml_answer(std::string xml) {
  return {.xml = std::move(xml), .has_result = true, .body = nullptr, .status = 200};
}
inline Answer json_answer(json::object body) {
  return {.xml = {}, .has_result = true, .body = std::move(body), .status = 200};
}

// A handler that needs something from outside ends with `return wait_for(call, begin);`. It runs anew from
// its start when that has come: on the worker pool, with a fresh snapshot and `call.came` set. No thread
// waits meanwhile. A handler waits once.
inline Result<Answer, Error> wait_for(Call& call, Begin begin) {
  call.pending = std::move(begin);
  return nothing();
}

// Zero is no caller, so that a forgotten field does not compile (see complete()).
enum class Who : std::uint8_t {
  unstated = 0,
  signed_by_account,  // SigV4 with a key or session of an account
  own_token,          // unsigned: the operation verifies the token that it carries
  administrator,      // the admin socket, or signed where the operation says so
};
enum class Access : std::uint8_t { unstated = 0, read, write };

using Handler = Result<Answer, Error> (*)(Call&);
// The ARN that the call is authorised for ("*" for actions without a resource).
using Resource = std::string (*)(const Call&);
// Context keys that the operation adds to the global ones (tags of the request, tags of the resource, …).
using Keys = void (*)(const Call&, policy::Context&);
// Where a service has words of its own for a refused action: what the caller reads in place of the usual
// error, after the trace has it. May put into the trace what only the service knows.
using Refusal = Error (*)(const Call&, const policy::Decision&, Error usual);

struct Operation {
  std::string_view name;   // "CreateOpenIDConnectProvider"
  std::string_view route;  // REST: "POST /clusters/{name}/x"; empty in the query protocol
  Who who = Who::unstated;
  Access access = Access::unstated;  // write: runs on the worker pool
  std::string_view action;           // "iam:CreateRole"; empty: needs no permission (GetCallerIdentity)
  Resource resource = nullptr;
  Handler handler = nullptr;
  Keys keys = nullptr;        // optional
  Refusal refusal = nullptr;  // optional
};

// Under -fsanitize=undefined g++ takes no function's address for a constant (GCC bug 71962), so that those
// builds leave this part of complete() to the others.
#ifdef OPENIRSA_SANITIZED
constexpr bool pointers_stated(const Operation&) { return true; }
#else
constexpr bool pointers_stated(const Operation& row) {
  return row.handler != nullptr && row.action.empty() == (row.resource == nullptr);
}
#endif

// Every row states caller, access and handler; a row with an action states its resource; names are sorted and
// unique.
constexpr bool complete(std::span<const Operation> operations) {
  for (std::size_t i = 0; i < operations.size(); ++i) {
    const Operation& row = operations[i];
    if (row.name.empty() || row.who == Who::unstated || row.access == Access::unstated) return false;
    if (!pointers_stated(row)) return false;
    if (i > 0 && !(operations[i - 1].name < row.name)) return false;
  }
  return true;
}

enum class Protocol : std::uint8_t { query, rest_json };

// One AWS service: how it is recognised and what it offers.
struct Service {
  std::string_view name;  // signing name: "iam"
  Protocol protocol;
  std::string_view version;        // "2010-05-08"
  std::string_view xml_namespace;  // query only
  std::span<const Operation> operations;
};

}  // namespace openirsa::wire
