// GetAccessKeyInfo: which account a key id belongs to. The id says it itself: no key is looked up, so that
// nobody learns which there are.
#pragma once

#include "wire/operation.h"

namespace openirsa::sts {

Result<wire::Answer, wire::Error> get_access_key_info(wire::Call& call);

}  // namespace openirsa::sts
