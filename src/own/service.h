// Our own service, for what AWS has no operation for: REST-JSON under /openirsa/v1/, signing name `openirsa`, IAM actions
// `openirsa:*`. Model in botocore's form: doc/model/openirsa/2026-11-24/service-2.json.
#pragma once

#include <functional>
#include <string>

#include "audit/trace_log.h"
#include "wire/operation.h"

namespace openirsa::own {

extern const wire::Service service;

// What `openirsa env` needs to know of a running server; the answer of GetServer (admin socket).
struct ServerFacts {
  std::string version;
  std::string account;
  std::string partition;
  std::string region;
  std::string endpoint;          // https://127.0.0.1:8443
  std::string proxy;             // http://127.0.0.1:8888
  std::string issuer_host;
  std::string authority_pem;     // the product CA
  std::string credentials_file;  // path
};

// What the rows of this service need beyond the house; set once by server/app before the first request.
struct Needs {
  const audit::TraceLog* traces = nullptr;
  std::function<ServerFacts()> facts;
  std::function<std::string()> verbatim_authority_pem;  // makes the verbatim CA on first use
};
void provide(Needs needs);

}  // namespace openirsa::own
