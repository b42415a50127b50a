#include "api/order_answers.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <set>

#include "replenishment/orders/order_text.h"
#include "retail/decimal.h"
#include "retail/event_time.h"
#include "retail/store_catalog.h"
#include "retail/time_zone.h"

namespace shelfcast::api {
namespace {

using nlohmann::json;
using ports::ActNote;
using ports::HttpRequest;
using ports::HttpResponse;
using ports::OrderActor;
using ports::OrderDesk;
using ports::SeenProposal;
using retail::ProposalKey;
using retail::ProposalState;
using retail::Quantity;

constexpr std::size_t kMaxProposals = 5'000;
constexpr std::size_t kMaxOrders = 1'000;
constexpr std::size_t kMaxNoteBytes = 2'000;
constexpr std::size_t kMaxRequestIdBytes = 200;

HttpResponse answer(std::string body) {
    HttpResponse response;
    response.headers.emplace_back("Cache-Control", "no-store");
    response.body = std::move(body);
    return response;
}

/// The answer to a Result: its value through `say`, or its error.
template <typename T, typename Say>
HttpResponse answer(const Result<T>& result, const Say& say) {
    return result ? answer(say(*result)) : ports::error_response(result.error());
}

Result<StoreId> store_of(std::string_view text) {
    std::int64_t number = 0;
    if (retail::parse_decimal(text, 0, retail::kMaxStoreId, number) !=
            retail::DecimalFault::kNone ||
        number < 1) {
        return fail(ErrorKind::kInvalidInput, "store '{}' is not a number from 1 to {}", text,
                    retail::kMaxStoreId);
    }
    return StoreId{static_cast<std::uint32_t>(number)};
}

Result<std::int32_t> date_of(std::string_view name, std::string_view text) {
    // As far as the warehouse's type for dates goes.
    constexpr std::int32_t kLastDate = 65'535;
    const auto date = retail::parse_date(text);
    if (!date || *date < 1 || *date > kLastDate) {
        return fail(ErrorKind::kInvalidInput, "{} '{}' is no date, YYYY-MM-DD", name, text);
    }
    return *date;
}

Result<retail::OrderId> order_of(std::string_view number) {
    if (const auto id = retail::parse_order_number(number)) {
        return *id;
    }
    return fail(ErrorKind::kInvalidInput, "'{}' is no order number, such as PO-000042", number);
}

/// The members of a body, which must be among those; an empty body has none.
Result<json> body_of(const HttpRequest& request, std::initializer_list<std::string_view> members) {
    json body = request.body.empty() ? json::object() : json::parse(request.body, nullptr, false);
    if (!body.is_object()) {
        return fail(ErrorKind::kInvalidInput, "the body is no JSON object");
    }
    for (const auto& [name, value] : body.items()) {
        if (std::ranges::find(members, name) == members.end()) {
            return fail(ErrorKind::kInvalidInput, "the body has a member '{}', which is none of {}",
                        name, fmt::join(members, ", "));
        }
    }
    return body;
}

/// A text that may be absent.
Result<std::string> text_in(const json& object, const char* name, std::size_t max_bytes) {
    if (!object.contains(name) || object[name].is_null()) {
        return std::string();
    }
    if (!object[name].is_string()) {
        return fail(ErrorKind::kInvalidInput, "'{}' is no text", name);
    }
    std::string text = object[name].get<std::string>();
    if (text.size() > max_bytes || text.find('\0') != std::string::npos) {
        return fail(ErrorKind::kInvalidInput, "'{}' is longer than {} bytes, or has a zero byte",
                    name, max_bytes);
    }
    return text;
}

/// A number of units, or its text. A double holds every quantity's digits: they are 12 at most.
Result<Quantity> units_in(const json& object, const char* name) {
    const json value = object.value(name, json());
    const std::string text = value.is_string()         ? value.get<std::string>()
                             : value.is_number_float() ? fmt::format("{}", value.get<double>())
                             : value.is_number()       ? value.dump()
                                                       : "";
    Quantity quantity;
    if (retail::parse_decimal(text, Quantity::kScale, Quantity::kMax, quantity.thousandths) !=
            retail::DecimalFault::kNone ||
        quantity.thousandths < 0) {
        return fail(ErrorKind::kInvalidInput,
                    "'{}' is {}, not a number of units, 0 to 999999999.999, in thousandths at most",
                    name, value.dump(-1, ' ', false, json::error_handler_t::replace));
    }
    return quantity;
}

Result<ActNote> note_of(const HttpRequest& request, const json& body) {
    ActNote note;
    SHELFCAST_ASSIGN(note.note, text_in(body, "note", kMaxNoteBytes));
    note.request_id = std::string(request.header("Idempotency-Key").value_or(""));
    if (note.request_id.size() > kMaxRequestIdBytes) {
        return fail(ErrorKind::kInvalidInput, "the Idempotency-Key is longer than {} bytes",
                    kMaxRequestIdBytes);
    }
    return note;
}

Result<SeenProposal> seen_in(const json& object) {
    SeenProposal seen;
    if (object.contains("quantity")) {
        SHELFCAST_ASSIGN(seen.quantity, units_in(object, "quantity"));
    }
    if (object.contains("generated_at")) {
        SHELFCAST_ASSIGN(const std::string text, text_in(object, "generated_at", 64));
        SHELFCAST_ASSIGN(const retail::TimeZone* const utc, retail::TimeZone::load("UTC"));
        std::int64_t utc_ms = 0;
        if (retail::parse_event_time(text, *utc, utc_ms) != retail::RejectReason::kNone) {
            return fail(ErrorKind::kInvalidInput, "'generated_at' is '{}', no time", text);
        }
        seen.generated_ms = utc_ms;
    }
    return seen;
}

Result<ProposalKey> key_in(const json& object) {
    ProposalKey key;
    const json store = object.value("store_id", json());
    SHELFCAST_ASSIGN(key.store, store_of(store.is_string()           ? store.get<std::string>()
                                         : store.is_number_integer() ? store.dump()
                                                                     : ""));
    SHELFCAST_ASSIGN(key.product_id, text_in(object, "product_id", 256));
    SHELFCAST_ASSIGN(const std::string date, text_in(object, "review_date", 10));
    SHELFCAST_ASSIGN(key.review_date, date_of("review_date", date));
    return key;
}

std::string to_text(const ports::ProposalAnswer& done) {
    return fmt::format(R"({{"changed":{},"proposal":{}}})", done.changed,
                       replenishment::to_json(done.proposal));
}

Result<ports::ProposalAnswer> decide(OrderDesk& desk, const OrderActor& actor,
                                     const HttpRequest& request) {
    ProposalKey key;
    SHELFCAST_ASSIGN(key.store, store_of(request.path_parameter("store").value_or("")));
    key.product_id = std::string(request.path_parameter("product").value_or(""));
    SHELFCAST_ASSIGN(key.review_date,
                     date_of("review_date", request.path_parameter("review_date").value_or("")));
    const std::string_view action = request.path_parameter("action").value_or("");
    if (action == "edit") {
        SHELFCAST_ASSIGN(const json body, body_of(request, {"quantity", "note"}));
        SHELFCAST_ASSIGN(const Quantity quantity, units_in(body, "quantity"));
        SHELFCAST_ASSIGN(const ActNote note, note_of(request, body));
        return desk.edit(actor, key, quantity, note);
    }
    if (action == "approve") {
        SHELFCAST_ASSIGN(const json body, body_of(request, {"quantity", "generated_at", "note"}));
        SHELFCAST_ASSIGN(const SeenProposal seen, seen_in(body));
        SHELFCAST_ASSIGN(const ActNote note, note_of(request, body));
        return desk.approve(actor, key, seen, note);
    }
    if (action == "reject") {
        SHELFCAST_ASSIGN(const json body, body_of(request, {"note"}));
        SHELFCAST_ASSIGN(const ActNote note, note_of(request, body));
        return desk.reject(actor, key, note);
    }
    return fail(ErrorKind::kNotFound, "'{}' is none of edit, approve, reject", action);
}

struct Wanted {
    ProposalKey key;
    SeenProposal seen;
};

/// The proposals that a body names, or all undecided ones of the store and date that it names.
Result<std::vector<Wanted>> wanted_in(OrderDesk& desk, const json& body) {
    std::vector<Wanted> wanted;
    if (body.contains("proposals")) {
        if (!body["proposals"].is_array() || body["proposals"].size() > kMaxProposals) {
            return fail(ErrorKind::kInvalidInput, "'proposals' is no list of at most {}",
                        kMaxProposals);
        }
        for (const json& one : body["proposals"]) {
            if (!one.is_object()) {
                return fail(ErrorKind::kInvalidInput,
                            "'proposals' has something that is no object");
            }
            SHELFCAST_ASSIGN(ProposalKey key, key_in(one));
            SHELFCAST_ASSIGN(const SeenProposal seen, seen_in(one));
            wanted.push_back({std::move(key), seen});
        }
        return wanted;
    }
    json whole = body;
    whole["product_id"] = "";
    SHELFCAST_ASSIGN(const ProposalKey all, key_in(whole));
    SHELFCAST_ASSIGN(const auto found, desk.proposals(all.store, all.review_date));
    for (const retail::Proposal& one : found) {
        if ((one.state == ProposalState::kOpen || one.state == ProposalState::kEdited) &&
            one.quantity > Quantity{}) {
            wanted.push_back({one.key, {one.quantity, one.generated_ms}});
        }
    }
    return wanted;
}

Result<std::string> decide_all(OrderDesk& desk, const OrderActor& actor,
                               const HttpRequest& request) {
    const std::string_view action = request.path_parameter("action").value_or("");
    if (action != "approve" && action != "reject") {
        return fail(ErrorKind::kNotFound, "'{}' is none of approve, reject", action);
    }
    SHELFCAST_ASSIGN(const json body,
                     body_of(request, {"proposals", "store_id", "review_date", "note"}));
    SHELFCAST_ASSIGN(ActNote note, note_of(request, body));
    note.request_id.clear();  // Each of many is told by its effect.
    SHELFCAST_ASSIGN(const std::vector<Wanted> wanted, wanted_in(desk, body));
    std::size_t changed = 0;
    std::size_t failed = 0;
    std::string results;
    for (const Wanted& one : wanted) {
        const auto done = action == "approve" ? desk.approve(actor, one.key, one.seen, note)
                                              : desk.reject(actor, one.key, note);
        changed += done && done->changed ? 1U : 0U;
        failed += done ? 0U : 1U;
        results += fmt::format(R"({}{{"store_id":{},"product_id":{},"review_date":"{}",)",
                               results.empty() ? "" : ",", one.key.store.value,
                               ports::json_quoted(one.key.product_id),
                               retail::format_date(one.key.review_date));
        if (done) {
            const retail::OrderId order = done->proposal.order;
            results += fmt::format(
                R"("changed":{},"state":"{}","order_number":{}}})", done->changed,
                retail::to_string(done->proposal.state),
                order.value == 0 ? "null" : ports::json_quoted(retail::order_number(order)));
        } else {
            // The error shape, as a member.
            results += ports::error_response(done.error()).body.substr(1);
        }
    }
    return fmt::format(R"({{"changed":{},"unchanged":{},"failed":{},"results":[{}]}})", changed,
                       wanted.size() - changed - failed, failed, results);
}

Result<std::string> proposals_text(OrderDesk& desk, const HttpRequest& request) {
    SHELFCAST_ASSIGN(const StoreId store, store_of(request.query_parameter("store").value_or("")));
    SHELFCAST_ASSIGN(const std::int32_t date,
                     date_of("review_date", request.query_parameter("review_date").value_or("")));
    const std::string_view state = request.query_parameter("state").value_or("");
    const bool all = request.query_parameter("all").value_or("") == "1";
    SHELFCAST_ASSIGN(const auto found, desk.proposals(store, date));
    std::string list;
    for (const retail::Proposal& one : found) {
        const bool asked_for =
            one.quantity > Quantity{} || one.state != ProposalState::kOpen || all;
        if (asked_for && (state.empty() || state == retail::to_string(one.state))) {
            list += (list.empty() ? "" : ",") + replenishment::to_json(one);
        }
    }
    return fmt::format(R"({{"store_id":{},"review_date":"{}","proposals":[{}]}})", store.value,
                       retail::format_date(date), list);
}

Result<ports::OrderFilter> filter_of(const HttpRequest& request) {
    ports::OrderFilter filter;
    if (const auto store = request.query_parameter("store")) {
        SHELFCAST_ASSIGN(filter.store, store_of(*store));
    }
    if (const auto word = request.query_parameter("state")) {
        const auto state = retail::parse_order_state(*word);
        if (!state) {
            return fail(ErrorKind::kInvalidInput, "'{}' is no state of an order", *word);
        }
        filter.states.push_back(*state);
    }
    if (const auto before = request.query_parameter("before")) {
        SHELFCAST_ASSIGN(filter.before, order_of(*before));
    }
    if (const auto limit = request.query_parameter("limit")) {
        std::int64_t number = 0;
        if (retail::parse_decimal(*limit, 0, kMaxOrders, number) != retail::DecimalFault::kNone ||
            number < 1) {
            return fail(ErrorKind::kInvalidInput, "limit '{}' is not a number from 1 to {}", *limit,
                        kMaxOrders);
        }
        filter.limit = static_cast<std::size_t>(number);
    }
    return filter;
}

Result<std::vector<retail::Receipt>> receipts_in(const json& body) {
    std::vector<retail::Receipt> receipts;
    if (!body.contains("lines")) {
        return receipts;
    }
    if (!body["lines"].is_array() || body["lines"].empty()) {
        return fail(ErrorKind::kInvalidInput,
                    "'lines' is no list of products that came in; without it everything came in");
    }
    std::set<std::string> seen;
    for (const json& line : body["lines"]) {
        if (!line.is_object()) {
            return fail(ErrorKind::kInvalidInput, "'lines' has something that is no object");
        }
        retail::Receipt receipt;
        SHELFCAST_ASSIGN(receipt.product_id, text_in(line, "product_id", 256));
        SHELFCAST_ASSIGN(receipt.received, units_in(line, "received_units"));
        if (!seen.insert(receipt.product_id).second) {
            return fail(ErrorKind::kInvalidInput, "'lines' names product '{}' twice",
                        receipt.product_id);
        }
        receipts.push_back(std::move(receipt));
    }
    return receipts;
}

Result<ports::OrderAnswer> act(OrderDesk& desk, const OrderActor& actor,
                               const HttpRequest& request) {
    SHELFCAST_ASSIGN(const retail::OrderId id,
                     order_of(request.path_parameter("number").value_or("")));
    const std::string_view word = request.path_parameter("action").value_or("");
    const auto action = retail::parse_order_action(word);
    if (!action) {
        return fail(ErrorKind::kNotFound,
                    "'{}' is none of approve, reject, send, confirm, receive, cancel", word);
    }
    const bool dated =
        *action == retail::OrderAction::kSend || *action == retail::OrderAction::kConfirm;
    SHELFCAST_ASSIGN(const json body, *action == retail::OrderAction::kReceive
                                          ? body_of(request, {"lines", "note"})
                                      : dated ? body_of(request, {"expected_date", "note"})
                                              : body_of(request, {"note"}));
    ports::OrderAct wanted;
    wanted.action = *action;
    SHELFCAST_ASSIGN(wanted.receipts, receipts_in(body));
    SHELFCAST_ASSIGN(const std::string date, text_in(body, "expected_date", 10));
    if (!date.empty()) {
        SHELFCAST_ASSIGN(wanted.expected_date, date_of("expected_date", date));
    }
    SHELFCAST_ASSIGN(wanted.note, note_of(request, body));
    return desk.act(actor, id, wanted);
}

std::string itself(const std::string& text) { return text; }

}  // namespace

HttpResponse list_proposals(OrderDesk& desk, const HttpRequest& request) {
    return answer(proposals_text(desk, request), itself);
}

HttpResponse decide_proposal(OrderDesk& desk, const OrderActor& actor, const HttpRequest& request) {
    return answer(decide(desk, actor, request), to_text);
}

HttpResponse decide_proposals(OrderDesk& desk, const OrderActor& actor,
                              const HttpRequest& request) {
    return answer(decide_all(desk, actor, request), itself);
}

HttpResponse list_orders(OrderDesk& desk, const HttpRequest& request) {
    const auto filter = filter_of(request);
    if (!filter) {
        return ports::error_response(filter.error());
    }
    return answer(desk.orders(*filter), [&](const std::vector<retail::PurchaseOrder>& orders) {
        std::string list;
        for (const retail::PurchaseOrder& order : orders) {
            list += (list.empty() ? "" : ",") + replenishment::to_json(order);
        }
        const bool full = !orders.empty() && orders.size() == filter->limit;
        return fmt::format(
            R"({{"orders":[{}],"next":{}}})", list,
            full ? ports::json_quoted(retail::order_number(orders.back().id)) : "null");
    });
}

HttpResponse show_order(OrderDesk& desk, const HttpRequest& request) {
    const auto id = order_of(request.path_parameter("number").value_or(""));
    if (!id) {
        return ports::error_response(id.error());
    }
    return answer(desk.order(*id), [](const ports::OrderStory& story) {
        std::string history;
        for (const retail::OrderEvent& event : story.events) {
            history += (history.empty() ? "" : ",") + replenishment::to_json(event);
        }
        return fmt::format(R"({{"order":{},"history":[{}]}})", replenishment::to_json(story.order),
                           history);
    });
}

HttpResponse act_on_order(OrderDesk& desk, const OrderActor& actor, const HttpRequest& request) {
    return answer(act(desk, actor, request), [](const ports::OrderAnswer& done) {
        return fmt::format(R"({{"changed":{},"order":{}}})", done.changed,
                           replenishment::to_json(done.order));
    });
}

}  // namespace shelfcast::api
