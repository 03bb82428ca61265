// Our own service, for what AWS has no operation for: REST-JSON under /openirsa/v1/, signing name `openirsa`,
// IAM actions `openirsa:*`. Model in botocore's form: doc/model/openirsa/2026-11-24/service-2.json.
#pragma once

#include "wire/operation.h"

namespace openirsa::own {

extern const wire::Service service;

}  // namespace openirsa::own
