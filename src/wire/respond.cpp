#include "wire/respond.h"

#include "base/text.h"
#include "crypto/random.h"
#include "wire/dispatch.h"
#include "wire/query.h"
#include "wire/xml.h"

namespace openirsa::wire {

namespace {

// Several of AWS's texts repeat what the caller sent; an answer is not to be as long as the request.
constexpr std::size_t longest_message = 4096;

constexpr std::string_view xml_type = "text/xml";
constexpr std::string_view json_type = "application/json";

http::Response response(int status, std::string_view request_id, std::string_view type, std::string body) {
  http::Response made;
  made.status = status;
  made.headers.reserve(3);
  made.headers.emplace_back("x-amzn-RequestId", request_id);
  made.headers.emplace_back("Content-Type", type);
  made.body = std::move(body);
  return made;
}

// Put around the answer where it lies: it is the longest text of an exchange, and mostly has the room.
std::string query_success(const Passage& passage, Answer answer) {
  const std::string_view name = passage.operation->name;
  std::string head = concatenate({"<", name, "Response xmlns=\"", passage.service->xml_namespace, "\">"});
  std::string body = std::move(answer.xml);
  if (answer.has_result) {
    head.append("<").append(name).append("Result>");
    body.append("</").append(name).append("Result>");
  }
  body.append("<ResponseMetadata><RequestId>").append(passage.trace.request_id);
  body.append("</RequestId></ResponseMetadata></").append(name).append("Response>");
  return body.insert(0, head);
}

std::string query_error(std::string_view xmlns, std::string_view request_id, std::string_view code,
                        int status, std::string_view message) {
  Xml xml;
  xml.open("Error");
  xml.text("Type", status < 500 ? "Sender" : "Receiver").text("Code", code).text("Message", message);
  xml.close("Error").text("RequestId", request_id);
  std::string body = "<ErrorResponse xmlns=\"";
  body.append(xmlns).append("\">").append(xml.view()).append("</ErrorResponse>");
  return body;
}

bool speaks_rest(const Passage& passage) {
  if (passage.service != nullptr) return passage.service->protocol == Protocol::rest_json;
  return passage.http.path != "/";
}

// Errors about finding an operation belong to no service; AWS gives them a namespace of their own.
std::string_view namespace_of(const Passage& passage) {
  return passage.operation == nullptr || passage.service == nullptr ? fault_namespace
                                                                    : passage.service->xml_namespace;
}

// What the engine refuses by itself; every other status it may use is the server's own trouble.
std::string_view engine_code(int status) {
  switch (status) {
    case 400:
      return "MalformedInput";
    case 408:
      return "RequestTimeout";
    case 413:
    case 414:
    case 431:
      return "RequestEntityTooLarge";
    case 503:
      return "ServiceUnavailable";
    default:
      return status < 500 ? "InvalidRequest" : "InternalFailure";
  }
}

}  // namespace

http::Response success(const Passage& passage, Answer answer) {
  if (passage.service->protocol == Protocol::query) {
    return response(200, passage.trace.request_id, xml_type, query_success(passage, std::move(answer)));
  }
  std::string body = answer.body.is_null() ? std::string("{}") : json::serialize(answer.body);
  return response(answer.status, passage.trace.request_id, json_type, std::move(body));
}

http::Response refusal(Passage& passage, Error error) {
  clip_text(error.message, longest_message);
  const bool rest = speaks_rest(passage);
  const Code code = rest ? as_rest(error.code) : error.code;
  const std::string_view name = wire_name(code);
  const int status = http_status(code);
  passage.trace.wire_code = name;
  passage.trace.wire_message = error.message;
  if (!rest) {
    return response(
        status, passage.trace.request_id, xml_type,
        query_error(namespace_of(passage), passage.trace.request_id, name, status, error.message));
  }
  error.members["message"] = error.message;
  auto made = response(status, passage.trace.request_id, json_type, json::serialize(error.members));
  made.headers.emplace_back("x-amzn-ErrorType", name);
  return made;
}

http::Response engine_error(int status, std::string_view reason) {
  const std::string request_id = crypto::random_uuid();
  const std::string_view code = engine_code(status);
  auto made =
      response(status, request_id, xml_type, query_error(fault_namespace, request_id, code, status, reason));
  made.headers.emplace_back("x-amzn-ErrorType", code);
  return made;
}

}  // namespace openirsa::wire
