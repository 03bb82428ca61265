#include "http/client.h"

#include <curl/curl.h>

#include <algorithm>
#include <memory>

#include "base/text.h"
#include "http/grammar.h"

namespace openirsa::http {
namespace {

struct CurlDeleter {
  void operator()(CURL* p) const { curl_easy_cleanup(p); }
  void operator()(curl_slist* p) const { curl_slist_free_all(p); }
};

struct Answer {
  Response response;
  std::size_t max_body_bytes;
  bool too_large = false;
};

// libcurl's callbacks are C: an exception must not pass through them, so a failure to allocate ends the
// transfer.
std::size_t on_body(char* data, std::size_t size, std::size_t count, void* user) noexcept try {
  auto& answer = *static_cast<Answer*>(user);
  const std::size_t bytes = size * count;
  if (bytes > answer.max_body_bytes - answer.response.body.size()) {
    answer.too_large = true;
    return 0;
  }
  answer.response.body.append(data, bytes);
  return bytes;
} catch (...) {
  return 0;
}

std::size_t on_header(char* data, std::size_t size, std::size_t count, void* user) noexcept try {
  auto& headers = static_cast<Answer*>(user)->response.headers;
  std::string_view line(data, size * count);
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
  // Each status line begins a new answer: an interim one (100) came before.
  if (line.starts_with("HTTP/")) headers.clear();
  const auto colon = line.find(':');
  if (!line.starts_with("HTTP/") && colon != std::string_view::npos) {
    headers.emplace_back(line.substr(0, colon), trim(line.substr(colon + 1)));
  }
  return size * count;
} catch (...) {
  return 0;
}

bool has_header(const Call& call, std::string_view name) {
  return std::any_of(call.headers.begin(), call.headers.end(),
                     [&](const Header& header) { return equal_ignoring_case(header.first, name); });
}

using HeaderList = std::unique_ptr<curl_slist, CurlDeleter>;

void add_line(HeaderList& list, const std::string& line) {
  curl_slist* longer = curl_slist_append(list.get(), line.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  (void)list.release();
  list.reset(longer);
}

HeaderList header_list(const Call& call) {
  HeaderList list;
  for (const auto& [name, value] : call.headers)
    add_line(list, value.empty() ? name + ";" : name + ": " + value);
  // Nothing that the caller did not write: a signature covers what is really sent.
  for (const std::string_view own : {"Accept", "Content-Type", "Expect"}) {
    if (!has_header(call, own)) add_line(list, std::string(own) + ":");
  }
  return list;
}

std::optional<ClientError> check(const Call& call) {
  if (!is_token(call.method)) return ClientError{"the method is not a token"};
  for (const auto& [name, value] : call.headers) {
    if (!is_token(name) || !is_field_value(value))
      return ClientError{"the header `" + name + "` cannot be sent"};
  }
  return std::nullopt;
}

void set_method_and_body(CURL* curl, const Call& call) {
  if (call.method == "HEAD") {
    curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
    return;
  }
  if (!call.body.empty() || call.method == "POST" || call.method == "PUT") {
    curl_easy_setopt(curl, CURLOPT_POST, 1L);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, call.body.data());
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(call.body.size()));
  }
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, call.method.c_str());
}

void set_trust(CURL* curl, const Call& call) {
  curl_easy_setopt(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!call.ca_pem) return;
  curl_blob roots{const_cast<char*>(call.ca_pem->data()), call.ca_pem->size(), CURL_BLOB_COPY};
  curl_easy_setopt(curl, CURLOPT_CAINFO_BLOB, &roots);
  // The build's default directory would be trusted besides.
  curl_easy_setopt(curl, CURLOPT_CAPATH, nullptr);
}

void set_limits(CURL* curl, const Call& call) {
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(call.timeout.count()));
  if (call.unix_socket) curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, call.unix_socket->c_str());
}

}  // namespace

Result<Response, ClientError> send(const Call& call) {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  const std::unique_ptr<CURL, CurlDeleter> curl(ready == CURLE_OK ? curl_easy_init() : nullptr);
  if (!curl) return ClientError{"libcurl cannot be initialised"};
  if (auto error = check(call)) return *error;
  char reason[CURL_ERROR_SIZE] = "";
  Answer answer{{}, call.max_body_bytes};
  const auto headers = header_list(call);
  curl_easy_setopt(curl.get(), CURLOPT_URL, call.url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_ERRORBUFFER, reason);
  curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &answer);
  curl_easy_setopt(curl.get(), CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(curl.get(), CURLOPT_HEADERDATA, &answer);
  set_limits(curl.get(), call);
  set_trust(curl.get(), call);
  set_method_and_body(curl.get(), call);
  const CURLcode outcome = curl_easy_perform(curl.get());
  if (answer.too_large) {
    return ClientError{"the answer has more than " + std::to_string(call.max_body_bytes) + " bytes"};
  }
  if (outcome != CURLE_OK) return ClientError{*reason != '\0' ? reason : curl_easy_strerror(outcome)};
  long status = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  answer.response.status = static_cast<int>(status);
  return std::move(answer.response);
}

}  // namespace openirsa::http
