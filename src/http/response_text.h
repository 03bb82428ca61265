// Responses to bytes (RFC 9112 §4). Pure: the date is given.
#pragma once

#include <string>
#include <string_view>

#include "http/message.h"

namespace openirsa::http {

enum class Persistence {
  keep,          // HTTP/1.1: nothing to say
  keep_and_say,  // HTTP/1.0 client that asked for it
  close
};

// Whether every header can be written without changing the message's shape: token names, no control
// characters.
bool is_writable(const Response& response);

// Appends status line and header. The body follows unless body_follows says otherwise. REQUIRES:
// is_writable(response).
void append_head(std::string& out, const Response& response, std::string_view date, Persistence persistence);

// RFC 9110 §6.4.1 and §9.3.2: no body for HEAD, 1xx, 204 and 304.
bool body_follows(const Response& response, bool head_method);

std::string_view reason_phrase(int status);

}  // namespace openirsa::http
