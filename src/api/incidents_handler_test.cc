#include "api/incidents_handler.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "api/test_logins.h"

namespace shelfcast::api {
namespace {

constexpr const char* kId = "00000000-0000-0001-0000-000000000002";

class AcknowledgeRoute : public testing::Test {
protected:
    ports::HttpResponse ask(const std::string& login, const std::string& body,
                            const std::string& id = kId,
                            const std::string& type = "application/json") {
        ports::HttpRequest request;
        request.method = "POST";
        request.headers = {{"Host", "localhost"}, {"Content-Type", type}};
        if (!login.empty()) {
            request.headers.emplace_back("Authorization", login);
        }
        request.path_parameters = {{"incident_id", id}};
        request.body = body;
        return route_.handler(request, {});
    }

    Logins logins_;
    std::string asked_;
    ports::HttpRoute route_ = acknowledge_route(
        [this](const retail::Uuid& id, const ports::StoreScope& scope, std::string_view by,
               std::string_view note) -> Result<detection::Acknowledged> {
            asked_ = fmt::format("{}.{} by {} of {}: {}", id.high, id.low, by,
                                 scope.is_everything() ? "all" : "some", note);
            detection::Incident incident;
            incident.id = id;
            incident.state = "acknowledged";
            incident.acknowledged_by = by;
            incident.acknowledged_at_ms = 1'772'964'000'123;
            incident.note = note;
            return detection::Acknowledged{incident, true};
        },
        LoginGuard(false, logins_));
};

TEST_F(AcknowledgeRoute, WhoLooksIsWhoLoggedInWithWhatTheyMaySee) {
    const auto response = ask(kBen, R"({"note":"a \"cable\""})");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(asked_, "1.2 by ben of some: a \"cable\"");
    const auto told = nlohmann::json::parse(response.body);
    EXPECT_EQ(told["incident_id"], kId);
    EXPECT_EQ(told["acknowledged_by"], "ben");
    EXPECT_EQ(told["acknowledged_at"], "2026-03-08T10:00:00.123Z");
    EXPECT_EQ(ask(kAnn, "").status, 200);
    EXPECT_EQ(asked_, "1.2 by ann of all: ");
}

TEST_F(AcknowledgeRoute, NobodyActsWithoutALoginOrAsAnalystOrFromAForm) {
    EXPECT_EQ(ask("", "{}").status, 401);
    EXPECT_EQ(ask(kCy, "{}").status, 403);
    EXPECT_EQ(ask(kAnn, "{}", kId, "text/plain").status, 415);
    EXPECT_TRUE(asked_.empty());
}

TEST_F(AcknowledgeRoute, WrongRequestsAreRefusedByName) {
    const auto expect_refused = [](const ports::HttpResponse& response, const std::string& named) {
        EXPECT_EQ(response.status, 400) << response.body;
        EXPECT_NE(response.body.find(named), std::string::npos) << response.body;
    };
    expect_refused(ask(kAnn, "{}", "one"), "'one'");
    expect_refused(ask(kAnn, "["), "JSON object");
    expect_refused(ask(kAnn, R"({"remark":"x"})"), "remark");
    expect_refused(ask(kAnn, R"({"note":7})"), "note");
    expect_refused(ask(kAnn, R"({"note":")" + std::string(2'001, 'x') + R"("})"), "2000");
    EXPECT_TRUE(asked_.empty());
}

}  // namespace
}  // namespace shelfcast::api
