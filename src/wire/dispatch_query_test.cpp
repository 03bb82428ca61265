// Does the query protocol find the operation that is meant, and does everything else get AWS's refusal?
#include "wire/test_house.h"

namespace openirsa::wire::test {
namespace {

constexpr std::string_view fault_xmlns =
    "<ErrorResponse xmlns=\"http://webservices.amazon.com/AWSFault/2005-15-09\">";

struct Outcome {
  int status;
  std::string code;
  std::string message;
  bool operator==(const Outcome&) const = default;
};
void PrintTo(const Outcome& outcome, std::ostream* out) {
  *out << outcome.status << " " << outcome.code << " " << outcome.message;
}

Outcome outcome_of(const http::Response& response) {
  return {response.status, element(response, "Code"), element(response, "Message")};
}

std::string get_thing(std::string_view more = {}) {
  return "Action=GetThing&Version=2010-05-08&Name=lamp" + std::string(more);
}

TEST(Query, answers_in_the_services_own_form) {
  Desk desk;
  const auto response = desk.send(sign(form_request(get_thing()), "iam"));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(header_of(response, "Content-Type"), "text/xml");
  const std::string id = header_of(response, "x-amzn-RequestId");
  EXPECT_EQ(id.size(), 36U);
  EXPECT_EQ(response.body,
            "<GetThingResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><GetThingResult>"
            "<Arn>arn:aws:iam::111122223333:user/team/alice</Arn><Region>us-west-2</Region><Name>lamp</Name>"
            "</GetThingResult><ResponseMetadata><RequestId>" +
                id + "</RequestId></ResponseMetadata></GetThingResponse>");
  EXPECT_FALSE(desk.was_work);
}

TEST(Query, has_no_result_element_where_there_is_no_output) {
  Desk desk;
  const auto response =
      desk.send(sign(form_request("Action=DeleteThing&Version=2010-05-08&Name=lamp"), "iam"));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body,
            "<DeleteThingResponse "
            "xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><ResponseMetadata><RequestId>" +
                header_of(response, "x-amzn-RequestId") +
                "</RequestId></ResponseMetadata></DeleteThingResponse>");
}

TEST(Query, refuses_in_the_services_own_form_with_escapes) {
  Desk desk;
  const auto response = desk.send(sign(form_request("Action=FindThing&Version=2010-05-08"), "iam"));
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(header_of(response, "Content-Type"), "text/xml");
  EXPECT_EQ(response.body,
            "<ErrorResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><Error><Type>Sender</Type>"
            "<Code>NoSuchEntity</Code><Message>The thing with name &lt;a&amp;b&gt; cannot be "
            "found.</Message></Error>"
            "<RequestId>" +
                header_of(response, "x-amzn-RequestId") + "</RequestId></ErrorResponse>");
  EXPECT_EQ(desk.trace().failure->step, Step::handler_done);
}

TEST(Query, takes_get_with_a_query_string_and_post_with_both) {
  Desk desk;
  EXPECT_EQ(desk.send(sign(make_request("GET", "/?" + get_thing()), "iam")).status, 200);
  auto both = form_request("Name=lamp");
  both.target += "?Action=GetThing&Version=2010-05-08";
  both.query = "Action=GetThing&Version=2010-05-08";
  const auto response = desk.send(sign(both, "iam"));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(element(response, "Name"), "lamp");
}

// The texts are those that AWS STS gives; a request without an action is redirected there, here it gets the
// code of AWS's "Common errors".
TEST(Query, refuses_what_names_no_operation) {
  const Outcome missing{400, "MissingAction", "The request is missing an action or a required parameter."};
  const auto could_not_find = [](std::string_view text) {
    return Outcome{400, "InvalidAction", "Could not find operation " + std::string(text)};
  };
  const std::vector<std::pair<std::string, Outcome>> cases{
      {"", missing},
      {"Version=2011-06-15", missing},
      {"<?xml version=\"1.0\"?><AssumeRole><RoleArn>x</RoleArn></AssumeRole>", missing},
      {"{\"Action\":\"GetCallerIdentity\"}", missing},
      {"action=GetCallerIdentity&Version=2011-06-15", missing},
      {"Action=NoSuchAction&Version=2011-06-15", could_not_find("NoSuchAction for version 2011-06-15")},
      {"Action=GetCallerIdentity", could_not_find("GetCallerIdentity for version NO_VERSION_SPECIFIED")},
      {"Action=GetCallerIdentity&Version=", could_not_find("GetCallerIdentity for version ")},
      {"Action=GetCallerIdentity&Version=2000-01-01",
       could_not_find("GetCallerIdentity for version 2000-01-01")},
      {"Action=&Version=2011-06-15", could_not_find(" for version 2011-06-15")},
      {"Action=getcalleridentity&Version=2011-06-15",
       could_not_find("getcalleridentity for version 2011-06-15")},
      {"Action=GetCallerIdentit&Version=2011-06-15",
       could_not_find("GetCallerIdentit for version 2011-06-15")},
      {"Action=Zzz&Version=2011-06-15", could_not_find("Zzz for version 2011-06-15")},
      {"Action=GetThing&Version=2011-06-15", could_not_find("GetThing for version 2011-06-15")},
      // The version of a REST service names no query operation.
      {"Action=CreateCluster&Version=2017-11-01", could_not_find("CreateCluster for version 2017-11-01")},
      {"Action=%3Cb%3E&Version=2011-06-15", could_not_find("&lt;b&gt; for version 2011-06-15")},
  };
  Desk desk;
  for (const auto& [body, expected] : cases) {
    for (const bool with_signature : {false, true}) {
      const auto request = with_signature ? sign(form_request(body), "sts") : form_request(body);
      const auto response = desk.send(request);
      EXPECT_EQ(outcome_of(response), expected) << body;
      EXPECT_TRUE(response.body.starts_with(fault_xmlns)) << response.body;
      EXPECT_EQ(desk.trace().failure->step, Step::operation_found) << body;
      EXPECT_EQ(desk.trace().status, expected.status);
      EXPECT_EQ(desk.trace().wire_code, expected.code);
    }
  }
  EXPECT_EQ(desk.send(sign(form_request("Action=GetCallerIdentity&Version=2011-06-15"), "sts")).status, 200);
}

TEST(Query, refuses_what_cannot_be_read) {
  const std::vector<std::tuple<std::string, int, std::string>> cases{
      {"Action=%zz&Version=%", 404, "MalformedQueryString"},
      {"&&&===&&&", 404, "MalformedQueryString"},
      {get_thing("&Description=%ff%fe"), 400, "MalformedInput"},
      {get_thing("&Description=a%00b"), 400, "MalformedInput"},
      {get_thing("&name=chair"), 400, "ValidationError"},
      {get_thing("&Action=DeleteThing"), 400, "ValidationError"},
      {get_thing("&Version=2011-06-15"), 400, "ValidationError"},
      {get_thing() + std::string(6000, '&'), 400, "MalformedInput"},
  };
  Desk desk;
  for (const auto& [body, status, code] : cases) {
    const auto response = desk.send(sign(form_request(body), "iam"));
    EXPECT_EQ(response.status, status) << body;
    EXPECT_EQ(element(response, "Code"), code) << body;
    EXPECT_EQ(desk.trace().failure->step, Step::request_parsed) << body;
  }
  auto twice = form_request(get_thing());
  twice.query = "Name=chair";
  EXPECT_EQ(element(desk.send(sign(twice, "iam")), "Code"), "ValidationError");
  EXPECT_EQ(desk.send(sign(form_request(get_thing("&Description=%F0%9F%94%91")), "iam")).status, 200);
}

TEST(Query, does_not_read_a_body_of_another_type) {
  Desk desk;
  for (const char* type : {"text/xml", "application/json", "application/x-amz-json-1.0",
                           "multipart/form-data", "application/x-www-form-urlencodedx", ""}) {
    auto request = make_request("POST", "/", get_thing());
    request.headers.emplace_back("Content-Type", type);
    const auto response = desk.send(sign(request, "iam"));
    EXPECT_EQ(outcome_of(response).status, 400) << type;
    EXPECT_EQ(element(response, "Code"), "MissingAction") << type;
    EXPECT_NE(desk.trace().failure->detail.find("was not read"), std::string::npos);
  }
  EXPECT_EQ(element(desk.send(sign(make_request("POST", "/", get_thing()), "iam")), "Code"), "MissingAction");
  for (const char* type :
       {"application/x-www-form-urlencoded", "Application/X-WWW-Form-URLEncoded ;charset=utf-8"}) {
    auto request = make_request("POST", "/", get_thing());
    request.headers.emplace_back("content-type", type);
    EXPECT_EQ(desk.send(sign(request, "iam")).status, 200) << type;
  }
}

TEST(Query, is_post_or_get_of_the_root) {
  Desk desk;
  for (const char* method : {"PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "post"}) {
    auto request = form_request(get_thing());
    request.method = method;
    const auto response = desk.send(sign(request, "iam"));
    EXPECT_EQ(response.status, 404) << method;
    EXPECT_EQ(element(response, "Code"), "UnknownOperationException") << method;
  }
  for (const char* path : {"/x", "//", "/clusters", ""}) {
    auto request = form_request(get_thing());
    request.path = path;
    EXPECT_EQ(desk.send(sign(request, "iam")).status, 404) << path;
  }
  EXPECT_EQ(desk.send(sign(form_request(get_thing()), "iam")).status, 200);
}

TEST(Service, is_chosen_by_scope_then_host_then_version) {
  Desk desk;
  const std::string exchange = "Action=ExchangeToken&Version=2011-06-15";
  EXPECT_EQ(desk.send(form_request(exchange)).status, 200);  // by version
  auto hosted = form_request(exchange);
  hosted.headers[0].second = "sts.eu-west-1.amazonaws.com";
  auto response = desk.send(hosted);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(element(response, "Region"), "eu-west-1");
  hosted.headers[0].second = "STS.amazonaws.com:443";
  response = desk.send(hosted);
  EXPECT_EQ(element(response, "Region"), "us-west-2");  // a global name has no region: the server's
  hosted.headers[0].second = "sts.nowhere-1.amazonaws.com";
  EXPECT_EQ(element(desk.send(hosted), "Region"), "us-west-2");
}

TEST(Service, is_none_where_the_parts_disagree) {
  Desk desk;
  const std::string who = "Action=GetCallerIdentity&Version=2011-06-15";
  // Host against version.
  auto hosted = form_request("Action=ExchangeToken&Version=2011-06-15");
  hosted.headers[0].second = "iam.amazonaws.com";
  EXPECT_EQ(element(desk.send(hosted), "Code"), "InvalidAction");
  // Scope against version.
  EXPECT_EQ(element(desk.send(sign(form_request(who), "iam")), "Code"), "InvalidAction");
  // Scope against route.
  EXPECT_EQ(desk.send(sign(make_request("GET", "/clusters/a"), "sts")).status, 404);
  EXPECT_EQ(desk.send(sign(form_request(who), "eks")).status, 404);
  // Scope against Host.
  auto both = form_request(who);
  both.headers[0].second = "sts.us-west-2.amazonaws.com";
  const auto response = desk.send(sign(both, "iam"));
  EXPECT_EQ(outcome_of(response), (Outcome{403, "SignatureDoesNotMatch",
                                           "Credential should be scoped to correct service: 'sts'. "}));
  // A scope that names no service of ours.
  const auto foreign = desk.send(sign(form_request(who), "s3"));
  EXPECT_EQ(outcome_of(foreign), (Outcome{403, "SignatureDoesNotMatch",
                                          "Credential should be scoped to correct service: 'sts'."}));
  EXPECT_EQ(desk.send(sign(both, "sts")).status, 200);
}

TEST(Handler, that_throws_is_an_internal_failure_with_its_reason_in_the_trace_only) {
  Desk desk;
  for (const char* action : {"BreakThing", "WreckThing"}) {
    const auto response =
        desk.send(sign(form_request("Action=" + std::string(action) + "&Version=2010-05-08"), "iam"));
    EXPECT_EQ(response.status, 500);
    EXPECT_EQ(element(response, "Type"), "Receiver");
    EXPECT_EQ(element(response, "Code"), "InternalFailure");
    EXPECT_EQ(response.body.find("shelf"), std::string::npos);
    EXPECT_EQ(desk.trace().failure->code, "exception");
    EXPECT_EQ(desk.trace().failure->detail, "the shelf fell down");
    EXPECT_EQ(desk.trace().status, 500);
  }
  EXPECT_EQ(desk.send(sign(form_request(get_thing()), "iam")).status, 200);
}

TEST(Handler, that_waits_for_something_outside_runs_anew_when_it_came) {
  Desk desk;
  const auto request = form_request("Action=AskOutside&Version=2011-06-15");
  auto outcome = desk.dispatcher->handle(request);
  ASSERT_TRUE(std::holds_alternative<http::Later>(outcome));
  EXPECT_TRUE(desk.traces.all.empty());
  ASSERT_TRUE(desk.mirror->commit({.expect = {}, .puts = {{"k", "v"}}, .deletes = {}}));
  const auto response = http::test::settle(std::move(outcome));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(element(response, "Came"), "came");
  EXPECT_EQ(element(response, "Revision"), "1");
  EXPECT_EQ(desk.traces.all.size(), 1U);

  const auto write = desk.send(sign(form_request("Action=FetchThing&Version=2010-05-08"), "iam"));
  EXPECT_EQ(element(write, "Came"), "came");
  EXPECT_TRUE(desk.was_work);
  EXPECT_EQ(desk.traces.all.size(), 2U);
}

TEST(Handler, that_waits_a_second_time_is_a_defect) {
  Desk desk;
  const auto response = desk.send(form_request("Action=AskOutside&Version=2011-06-15&Twice=1"));
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(desk.trace().failure->detail, "a handler waited twice");
}

TEST(Handler, of_a_write_runs_as_work_and_sees_what_was_there_when_it_started) {
  Desk desk;
  const auto request = sign(form_request("Action=CountThings&Version=2010-05-08"), "iam");
  auto outcome = desk.dispatcher->handle(request);
  ASSERT_TRUE(std::holds_alternative<http::Work>(outcome));
  EXPECT_TRUE(desk.traces.all.empty());
  ASSERT_TRUE(desk.mirror->commit({.expect = {}, .puts = {{"k", "v"}}, .deletes = {}}));
  const auto response = http::test::settle(std::move(outcome));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(element(response, "Revision"), "1");
  EXPECT_EQ(desk.traces.all.size(), 1U);
}

TEST(Handler, of_a_write_is_not_work_when_it_is_refused) {
  Desk desk;
  const auto response = desk.send(form_request("Action=CreateThing&Version=2010-05-08"));
  EXPECT_EQ(response.status, 403);
  EXPECT_FALSE(desk.was_work);
  desk.send(sign(form_request("Action=CreateThing&Version=2010-05-08"), "iam"));
  EXPECT_TRUE(desk.was_work);
}

TEST(Dispatcher, records_every_request_under_an_id_of_its_own) {
  Desk desk;
  std::vector<std::string> ids;
  for (const auto& request : {sign(form_request(get_thing()), "iam"), form_request(get_thing()),
                              form_request("%"), make_request("GET", "/nowhere")}) {
    ids.push_back(header_of(desk.send(request), "x-amzn-RequestId"));
    EXPECT_EQ(desk.trace().request_id, ids.back());
    EXPECT_EQ(desk.trace().source_ip, "192.0.2.7");
    EXPECT_EQ(desk.trace().time, time_of_seconds(noon));
  }
  std::ranges::sort(ids);
  EXPECT_EQ(std::ranges::unique(ids).begin(), ids.end());
  EXPECT_EQ(desk.traces.all.size(), 4U);
  const Trace& trace = desk.traces.all.front();
  EXPECT_EQ(trace.service, "iam");
  EXPECT_EQ(trace.operation, "GetThing");
  EXPECT_EQ(trace.account, "111122223333");
  EXPECT_EQ(trace.caller, "arn:aws:iam::111122223333:user/team/alice");
  EXPECT_EQ(trace.access_key_id, "AKIAALICE");
  EXPECT_EQ(trace.action, "iam:GetThing");
  EXPECT_EQ(trace.resource, "arn:aws:iam::111122223333:policy/lamp");
  EXPECT_EQ(trace.status, 200);
  EXPECT_FALSE(trace.failure);
  for (const Step step :
       {Step::request_parsed, Step::operation_found, Step::signature_claim_parsed, Step::access_key_found,
        Step::signature_verified, Step::action_authorised, Step::handler_done}) {
    EXPECT_TRUE(trace.passed(step)) << name_of(step);
  }
  desk.house.traces = nullptr;
  EXPECT_EQ(desk.send(sign(form_request(get_thing()), "iam")).status, 200);
}

TEST(EngineError, is_an_answer_of_the_protocol_too) {
  const auto response = engine_error(413, "body over <1 MiB>");
  EXPECT_EQ(response.status, 413);
  EXPECT_EQ(header_of(response, "x-amzn-ErrorType"), "RequestEntityTooLarge");
  EXPECT_EQ(element(response, "Code"), "RequestEntityTooLarge");
  EXPECT_EQ(element(response, "Message"), "body over &lt;1 MiB&gt;");
  EXPECT_EQ(element(response, "RequestId"), header_of(response, "x-amzn-RequestId"));
  EXPECT_EQ(element(engine_error(400, "x"), "Code"), "MalformedInput");
  EXPECT_EQ(element(engine_error(500, "x"), "Type"), "Receiver");
}

}  // namespace
}  // namespace openirsa::wire::test
