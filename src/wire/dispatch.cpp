#include "wire/dispatch.h"

#include <exception>
#include <stdexcept>

#include "crypto/random.h"
#include "wire/authenticate.h"
#include "wire/passage.h"
#include "wire/respond.h"
#include "wire/select.h"

namespace openirsa::wire {

namespace {

Passage begin(House& house, const http::Request& request) {
  Passage passage{.house = house,
                  .http = request,
                  .now = house.clock.now(),
                  .snapshot = house.mirror.snapshot(),
                  .view = {},
                  .claim = {},
                  .region = {},
                  .form = {},
                  .parameters = {},
                  .body = {},
                  .labels = {},
                  .caller = {},
                  .trace = {}};
  passage.trace.request_id = crypto::random_uuid();  // 1: every answer and every trace carries it
  passage.trace.time = passage.now;
  passage.trace.source_ip = request.peer.address;
  return passage;
}

Call call_of(Passage& passage) {
  return Call{.house = passage.house,
              .operation = *passage.operation,
              .http = passage.http,
              .request_id = passage.trace.request_id,
              .region = passage.region,
              .now = passage.now,
              .snapshot = passage.snapshot,
              .parameters = passage.parameters,
              .body = passage.body,
              .labels = passage.labels,
              .caller = passage.caller ? &*passage.caller : nullptr,
              .trace = passage.trace};
}

// Steps 2 to 6: everything that needs no waiting.
Result<Done, Error> admit(const Tables& tables, Passage& passage) {
  auto found = find_operation(tables, passage);  // 2 service, 3 parse, 4 operation
  if (passage.service != nullptr) passage.trace.service = passage.service->name;
  if (passage.operation != nullptr) passage.trace.operation = passage.operation->name;
  if (!found) return found;
  if (auto known = authenticate(passage); !known) return known;  // 5
  if (passage.service->protocol == Protocol::rest_json) {
    if (auto parsed = parse_body(passage); !parsed) return parsed;
  }
  return authorise(passage, call_of(passage));  // 6
}

Step step_of(Code code) {
  switch (code) {
    case Code::validation_error:
    case Code::malformed_input:
    case Code::invalid_input:
    case Code::invalid_parameter_value:
    case Code::eks_invalid_parameter:
      return Step::parameters_valid;
    default:
      return Step::handler_done;
  }
}

http::Response refuse(Passage& passage, Error error) {
  if (!passage.trace.failure) {
    passage.trace.fail(step_of(error.code), std::string(wire_name(error.code)), error.message);
  }
  return refusal(passage, std::move(error));
}

// Step 7 and 8. `pending` is set where the handler waits for something from outside; the response says
// nothing then.
http::Response serve(Passage& passage, const OutsideText* came, Begin& pending) {
  Call call = call_of(passage);
  call.came = came;
  call.began_at = passage.began_at;
  auto answer = passage.operation->handler(call);
  if (call.pending != nullptr) {
    if (came != nullptr) throw std::logic_error("a handler waited twice");
    pending = std::move(call.pending);
    passage.began_at = passage.snapshot->revision();
    return {};
  }
  if (!answer) return refuse(passage, std::move(answer).error());
  passage.trace.pass(Step::handler_done);
  return success(passage, std::move(*answer));
}

// An exception is a defect: the caller learns that it is ours, the owner of the trace what it was.
http::Response defect(Passage& passage, std::string what) {
  passage.trace.fail(Step::handler_done, "exception", std::move(what));
  return refusal(passage,
                 {Code::internal_failure, "The request processing has failed because of an internal error."});
}

template <class Function>
http::Response guarded(Passage& passage, Function function) {
  try {
    return function();
  } catch (const std::exception& error) {
    return defect(passage, error.what());
  } catch (...) {
    return defect(passage, "an exception of unknown type");
  }
}

// Step 9, whatever happened before.
http::Response finish(Passage& passage, http::Response response) {
  passage.trace.status = response.status;
  if (passage.trace.failure) passage.trace.clip();
  if (passage.house.traces != nullptr) passage.house.traces->record(std::move(passage.trace));
  return response;
}

http::Reply run(const std::shared_ptr<Passage>& passage, const OutsideText* came);

// No thread waits for what comes from outside; the handler runs anew when it is there.
http::Later later(std::shared_ptr<Passage> passage, Begin begin) {
  return {[passage = std::move(passage), begin = std::move(begin)](std::function<void(http::Work)> resume) {
    begin([passage, resume = std::move(resume)](OutsideText came) {
      resume([passage, came = std::move(came)] { return run(passage, &came); });
    });
  }};
}

// On the worker pool. A handler sees what is there when it starts, not when it was admitted.
http::Reply run(const std::shared_ptr<Passage>& passage, const OutsideText* came) {
  Begin pending;
  http::Response response = guarded(*passage, [&] {
    passage->snapshot = passage->house.mirror.snapshot();
    return serve(*passage, came, pending);
  });
  if (pending != nullptr) return later(passage, std::move(pending));
  return finish(*passage, std::move(response));
}

}  // namespace

Dispatcher::Dispatcher(House& house, std::vector<const Service*> services)
    : house_(house), tables_(std::make_unique<const Tables>(services)) {}

Dispatcher::~Dispatcher() = default;

http::Outcome Dispatcher::handle(const http::Request& request) {
  Passage passage = begin(house_, request);
  bool writes = false;
  Begin pending;
  http::Response response = guarded(passage, [&]() -> http::Response {
    if (auto admitted = admit(*tables_, passage); !admitted)
      return refuse(passage, std::move(admitted).error());
    writes = passage.operation->access == Access::write;
    return writes ? http::Response{} : serve(passage, nullptr, pending);
  });
  if (!writes && pending == nullptr) return finish(passage, std::move(response));

  auto kept = std::make_shared<Passage>(std::move(passage));
  if (writes) return http::Work([kept = std::move(kept)] { return run(kept, nullptr); });
  return later(std::move(kept), std::move(pending));
}

}  // namespace openirsa::wire
