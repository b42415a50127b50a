#include "api/orders_handler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

namespace shelfcast::api {
namespace {

using nlohmann::json;

/// Knows one user, of that password.
class OneLogin final : public ports::Authenticator {
public:
    std::optional<ports::Identity> remembered(std::string_view, std::string_view) override {
        return std::nullopt;
    }
    Result<ports::Identity> check(std::string_view name, std::string_view password) override {
        if (name == "ann" && password == "tea:pot") {
            return ports::Identity{"ann", ports::Role::kAdministrator,
                                   ports::StoreScope::everything()};
        }
        return fail(ErrorKind::kUnauthenticated, "wrong login");
    }
    void forget(std::string_view) override {}
};

/// Says what it was asked for, and answers as it is told.
class Desk final : public ports::OrderDesk {
public:
    Result<std::vector<retail::Proposal>> proposals(StoreId store, std::int32_t date) override {
        asked = fmt::format("proposals {} {}", store.value, date);
        if (fault) {
            return tl::unexpected(*fault);
        }
        return list;
    }
    Result<ports::ProposalAnswer> edit(const ports::OrderActor& actor,
                                       const retail::ProposalKey& key, retail::Quantity quantity,
                                       const ports::ActNote& note) override {
        return decided(
            "edit", actor, key,
            fmt::format("{} note={} id={}", quantity.thousandths, note.note, note.request_id));
    }
    Result<ports::ProposalAnswer> approve(const ports::OrderActor& actor,
                                          const retail::ProposalKey& key,
                                          const ports::SeenProposal& seen,
                                          const ports::ActNote& note) override {
        if (key.product_id == "gone") {
            return fail(ErrorKind::kConflict, "product gone: was rejected");
        }
        return decided(
            "approve", actor, key,
            fmt::format("{} {} note={}", seen.quantity.value_or(retail::Quantity{-1}).thousandths,
                        seen.generated_ms.value_or(-1), note.note));
    }
    Result<ports::ProposalAnswer> reject(const ports::OrderActor& actor,
                                         const retail::ProposalKey& key,
                                         const ports::ActNote& note) override {
        return decided("reject", actor, key, "note=" + note.note);
    }
    Result<std::vector<retail::PurchaseOrder>> orders(const ports::OrderFilter& filter) override {
        asked = fmt::format("orders store={} states={} before={} limit={}",
                            filter.store.value_or(StoreId{}).value, filter.states.size(),
                            filter.before.value, filter.limit);
        return std::vector<retail::PurchaseOrder>{order_};
    }
    Result<ports::OrderStory> order(retail::OrderId id) override {
        if (id != order_.id) {
            return fail(ErrorKind::kNotFound, "order {} is not known", retail::order_number(id));
        }
        return ports::OrderStory{order_, {{}}};
    }
    Result<ports::OrderAnswer> act(const ports::OrderActor& actor, retail::OrderId id,
                                   const ports::OrderAct& act) override {
        asked =
            fmt::format("{} {} by {}/{} date={} note={}", retail::to_string(act.action), id.value,
                        actor.name, actor.role, act.expected_date.value_or(0), act.note.note);
        for (const retail::Receipt& one : act.receipts) {
            asked += fmt::format(" {}={}", one.product_id, one.received.thousandths);
        }
        return ports::OrderAnswer{order_, true};
    }

    std::string asked;
    std::vector<retail::Proposal> list;
    std::optional<Error> fault;

private:
    Result<ports::ProposalAnswer> decided(std::string_view action, const ports::OrderActor& actor,
                                          const retail::ProposalKey& key, const std::string& rest) {
        asked = fmt::format("{} {}/{}/{} by {}/{} {}", action, key.store.value, key.product_id,
                            key.review_date, actor.name, actor.role, rest);
        ports::ProposalAnswer answer;
        answer.proposal.key = key;
        answer.changed = true;
        return answer;
    }
    retail::PurchaseOrder order_{.id = retail::OrderId{7}};
};

class OrdersHandler : public testing::Test {
protected:
    static constexpr std::string_view kLogin = "Basic YW5uOnRlYTpwb3Q=";  // ann:tea:pot

    ports::HttpResponse ask(const std::string& method, const std::string& pattern,
                            std::vector<ports::HttpField> path, const std::string& body = "",
                            std::vector<ports::HttpField> query = {}) {
        const auto routes = order_routes(desk_, LoginGuard(needs_login_, logins_));
        const auto found = std::ranges::find_if(routes, [&](const ports::HttpRoute& route) {
            return route.method == method && route.pattern == pattern;
        });
        EXPECT_NE(found, routes.end()) << method << " " << pattern;
        ports::HttpRequest request;
        request.method = method;
        request.headers = headers_;
        request.path_parameters = std::move(path);
        request.query_parameters = std::move(query);
        request.body = body;
        return found->handler(request, {});
    }
    ports::HttpResponse decide(const std::string& action, const std::string& body,
                               const std::string& store = "1",
                               const std::string& date = "2026-03-08") {
        return ask(
            "POST", "/v1/proposals/{store}/{product}/{review_date}/{action}",
            {{"store", store}, {"product", "a/b"}, {"review_date", date}, {"action", action}},
            body);
    }
    ports::HttpResponse act(const std::string& action, const std::string& body,
                            const std::string& number = "PO-000007") {
        return ask("POST", "/v1/orders/{number}/{action}", {{"number", number}, {"action", action}},
                   body);
    }

    Desk desk_;
    OneLogin logins_;
    bool needs_login_ = false;
    std::vector<ports::HttpField> headers_ = {{"Host", "localhost:8501"},
                                              {"Authorization", std::string(kLogin)},
                                              {"Content-Type", "application/json"}};
};

TEST_F(OrdersHandler, DecidingNeedsALoginAndJsonEvenWhereLookingDoesNot) {
    headers_ = {{"Host", "localhost:8501"}, {"Content-Type", "application/json"}};
    EXPECT_EQ(ask("GET", "/v1/orders", {}).status, 200);
    EXPECT_EQ(act("send", "").status, 401);
    EXPECT_EQ(decide("approve", "").status, 401);
    EXPECT_EQ(ask("POST", "/v1/proposals/{action}", {{"action", "approve"}}, "{}").status, 401);
    headers_[1] = {"Authorization", "Basic YW5uOndyb25n"};
    EXPECT_EQ(act("send", "").status, 401);
    headers_ = {{"Host", "localhost"},
                {"Authorization", std::string(kLogin)},
                {"Content-Type", "text/plain"}};
    EXPECT_EQ(act("send", "{}").status, 415);
    EXPECT_EQ(desk_.asked.substr(0, 6), "orders");  // Nothing was done.
    needs_login_ = true;
    headers_ = {{"Host", "localhost:8501"}};
    EXPECT_EQ(ask("GET", "/v1/orders", {}).status, 401);
}

TEST_F(OrdersHandler, WhoDecidesIsWhoLoggedIn) {
    headers_.emplace_back("Idempotency-Key", "k1");
    EXPECT_EQ(decide("edit", R"({"quantity":24.5,"note":"a fair"})").status, 200);
    EXPECT_EQ(desk_.asked, "edit 1/a/b/20520 by ann/administrator 24500 note=a fair id=k1");
    EXPECT_EQ(decide("edit", R"({"quantity":"999999999.999"})").status, 200);
    EXPECT_EQ(desk_.asked, "edit 1/a/b/20520 by ann/administrator 999999999999 note= id=k1");
    EXPECT_EQ(decide("approve", "").status, 200);
    EXPECT_EQ(desk_.asked, "approve 1/a/b/20520 by ann/administrator -1 -1 note=");
    EXPECT_EQ(
        decide("approve", R"({"quantity":24,"generated_at":"2026-03-08T10:00:00.123Z"})").status,
        200);
    EXPECT_EQ(desk_.asked, "approve 1/a/b/20520 by ann/administrator 24000 1772964000123 note=");
    const auto rejected = decide("reject", R"({"note":null})");
    EXPECT_EQ(json::parse(rejected.body)["changed"], true);
    EXPECT_EQ(json::parse(rejected.body)["proposal"]["product_id"], "a/b");
}

TEST_F(OrdersHandler, WrongRequestsAreRefusedByName) {
    const auto expect_refused = [](const ports::HttpResponse& response, int status,
                                   const std::string& named) {
        EXPECT_EQ(response.status, status) << response.body;
        EXPECT_NE(json::parse(response.body)["error"]["message"].get<std::string>().find(named),
                  std::string::npos)
            << response.body;
    };
    expect_refused(decide("edit", "{}"), 400, "quantity");
    for (const char* const wrong : {"-1", "1.0005", "1e99", "true", "null", "\"x\"", "[]"}) {
        expect_refused(decide("edit", fmt::format(R"({{"quantity":{}}})", wrong)), 400, "quantity");
    }
    expect_refused(decide("edit", "[]"), 400, "JSON object");
    expect_refused(decide("edit", "{"), 400, "JSON object");
    expect_refused(decide("edit", R"({"quantity":1,"units":2})"), 400, "units");
    expect_refused(decide("approve", R"({"note":1})"), 400, "note");
    expect_refused(decide("approve", R"({"generated_at":"yesterday"})"), 400, "yesterday");
    expect_refused(decide("eat", "{}"), 404, "eat");
    expect_refused(decide("approve", "", "0"), 400, "store '0'");
    expect_refused(decide("approve", "", "1", "2026-02-30"), 400, "2026-02-30");
    expect_refused(decide("approve", "", "1", "9999-01-01"), 400, "9999-01-01");
    expect_refused(decide("approve", fmt::format(R"({{"note":"{}"}})", std::string(2'001, 'x'))),
                   400, "2000");
    expect_refused(act("send", "", "7"), 400, "'7'");
    expect_refused(act("eat", ""), 404, "eat");
    expect_refused(act("cancel", R"({"expected_date":"2026-03-09"})"), 400, "expected_date");
    expect_refused(act("send", R"({"expected_date":"soon"})"), 400, "soon");
    expect_refused(act("receive", R"({"lines":[]})"), 400, "lines");
    expect_refused(act("receive", R"({"lines":[1]})"), 400, "lines");
    expect_refused(act("receive", R"({"lines":[{"product_id":"tea"}]})"), 400, "received_units");
    expect_refused(act("receive", R"({"lines":[{"product_id":"tea","received_units":1},)"
                                  R"({"product_id":"tea","received_units":2}]})"),
                   400, "twice");
    expect_refused(ask("GET", "/v1/proposals", {}), 400, "store");
    expect_refused(ask("GET", "/v1/orders", {}, "", {{"state", "lost"}}), 400, "lost");
    expect_refused(ask("GET", "/v1/orders", {}, "", {{"limit", "0"}}), 400, "limit");
    expect_refused(ask("GET", "/v1/orders/{number}", {{"number", "PO-000008"}}), 404, "PO-000008");
    headers_.emplace_back("Idempotency-Key", std::string(201, 'k'));
    expect_refused(act("send", ""), 400, "200 bytes");
}

TEST_F(OrdersHandler, OrdersAreListedShownAndActedOn) {
    auto answer = ask("GET", "/v1/orders", {}, "",
                      {{"store", "4"}, {"state", "sent"}, {"before", "PO-000009"}, {"limit", "1"}});
    EXPECT_EQ(desk_.asked, "orders store=4 states=1 before=9 limit=1");
    EXPECT_EQ(json::parse(answer.body)["orders"][0]["order_number"], "PO-000007");
    EXPECT_EQ(json::parse(answer.body)["next"], "PO-000007");
    answer = ask("GET", "/v1/orders", {});
    EXPECT_TRUE(json::parse(answer.body)["next"].is_null());
    answer = ask("GET", "/v1/orders/{number}", {{"number", "PO-000007"}});
    EXPECT_EQ(json::parse(answer.body)["history"].size(), 1U);
    EXPECT_EQ(act("send", R"({"expected_date":"2026-03-12","note":"by phone"})").status, 200);
    EXPECT_EQ(desk_.asked, "send 7 by ann/administrator date=20524 note=by phone");
    EXPECT_EQ(act("receive", R"({"lines":[{"product_id":"tea","received_units":12}]})").status,
              200);
    EXPECT_EQ(desk_.asked, "receive 7 by ann/administrator date=0 note= tea=12000");
    EXPECT_EQ(act("receive", "").status, 200);
}

TEST_F(OrdersHandler, ProposalsForNothingAreShownWhenAskedFor) {
    retail::Proposal tea;
    tea.key = {StoreId{1}, "tea", 20'520};
    tea.quantity = {12'000};
    retail::Proposal none = tea;
    none.key.product_id = "none";
    none.quantity = {};
    retail::Proposal edited = none;
    edited.key.product_id = "zero";
    edited.state = retail::ProposalState::kEdited;
    desk_.list = {none, tea, edited};
    const auto listed = [&](std::vector<ports::HttpField> more) {
        more.insert(more.end(), {{"store", "1"}, {"review_date", "2026-03-08"}});
        const json answer = json::parse(ask("GET", "/v1/proposals", {}, "", more).body);
        std::string names;
        for (const json& one : answer["proposals"]) {
            names += one["product_id"].get<std::string>() + " ";
        }
        return names;
    };
    EXPECT_EQ(listed({}), "tea zero ");
    EXPECT_EQ(listed({{"all", "1"}}), "none tea zero ");
    EXPECT_EQ(listed({{"state", "edited"}}), "zero ");
    desk_.fault = Error{ErrorKind::kUnavailable, "away"};
    EXPECT_EQ(
        ask("GET", "/v1/proposals", {}, "", {{"store", "1"}, {"review_date", "2026-03-08"}}).status,
        503);
}

TEST_F(OrdersHandler, ManyAreDecidedEachForItself) {
    const auto bulk = [&](const std::string& action, const std::string& body) {
        return ask("POST", "/v1/proposals/{action}", {{"action", action}}, body);
    };
    auto answer = json::parse(
        bulk("approve", R"({"proposals":[{"store_id":1,"product_id":"gone","review_date":)"
                        R"("2026-03-08"},{"store_id":1,"product_id":"tea","review_date":)"
                        R"("2026-03-08","quantity":12}],"note":"all"})")
            .body);
    EXPECT_EQ(answer["changed"], 1);
    EXPECT_EQ(answer["failed"], 1);
    EXPECT_EQ(answer["results"][0]["error"]["kind"], "conflict");
    EXPECT_EQ(answer["results"][0]["product_id"], "gone");
    EXPECT_EQ(answer["results"][1]["state"], "open");
    EXPECT_EQ(desk_.asked, "approve 1/tea/20520 by ann/administrator 12000 -1 note=all");
    retail::Proposal open;
    open.key = {StoreId{1}, "tea", 20'520};
    open.quantity = {12'000};
    open.generated_ms = 5;
    retail::Proposal done = open;
    done.state = retail::ProposalState::kRejected;
    desk_.list = {open, done};
    answer = json::parse(bulk("approve", R"({"store_id":1,"review_date":"2026-03-08"})").body);
    EXPECT_EQ(answer["results"].size(), 1U);
    // What a list shows is what was seen.
    EXPECT_EQ(desk_.asked, "approve 1/tea/20520 by ann/administrator 12000 5 note=");
    answer = json::parse(bulk("reject", R"({"store_id":"1","review_date":"2026-03-08"})").body);
    EXPECT_EQ(answer["changed"], 1);
    EXPECT_EQ(bulk("eat", "{}").status, 404);
    EXPECT_EQ(bulk("approve", "{}").status, 400);
    EXPECT_EQ(bulk("approve", R"({"proposals":{}})").status, 400);
}

}  // namespace
}  // namespace shelfcast::api
