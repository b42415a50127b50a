#include "api/events_handler.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "retail/event.h"
#include "retail/event_codec.h"

namespace shelfcast::api {
namespace {

class FakeDoor final : public ports::EventDoor {
public:
    Result<ports::DoorReceipt> accept(const ports::DoorRequest& request) override {
        ++calls;
        format = request.format;
        body = request.body;
        source = request.source;
        key = request.idempotency_key;
        // The promise of the port: bytes behind the body may be read.
        const volatile char last =
            request.body.data()[request.body.size() + retail::EventDecoder::kPadding - 1];
        (void)last;
        return answer;
    }

    Result<ports::DoorReceipt> answer = ports::DoorReceipt{};
    int calls = 0;
    ports::BodyFormat format{};
    std::string body;
    std::string source;
    std::string key;
};

class EventsHandlerTest : public ::testing::Test {
protected:
    ports::HttpResponse post(std::vector<ports::HttpField> headers, std::string body = "{}") {
        ports::HttpRequest request;
        request.method = "POST";
        request.path = "/v1/events";
        request.headers = std::move(headers);
        request.body = std::move(body);
        return handler_(request, {});
    }

    FakeDoor door_;
    ports::HttpHandler handler_ =
        make_events_handler(door_, [](std::string_view token) { return token == "secret"; });
    const ports::HttpField token_{"Authorization", "Bearer secret"};
};

TEST_F(EventsHandlerTest, ReceiptIsAnsweredWithItsReasonsAndPositions) {
    ports::DoorReceipt receipt;
    receipt.tally.accepted = 5;
    receipt.tally.rejected_by_reason[static_cast<std::size_t>(retail::RejectReason::kBadNumber)] =
        2;
    receipt.tally.rejected_by_reason[static_cast<std::size_t>(retail::RejectReason::kBadTime)] = 1;
    receipt.duplicate_request = true;
    receipt.positions = {{"retail_events", PartitionId{3}, 17, 5},
                         {"dead-letters", PartitionId{0}, 2, 3}};
    door_.answer = receipt;
    const auto response = post({token_, {"idempotency-key", "upload 7"}}, "body");
    EXPECT_EQ(response.status, 202);
    EXPECT_EQ(response.content_type, "application/json");
    EXPECT_EQ(response.body,
              R"({"accepted":5,"rejected":3,"reasons":{"bad_time":1,"bad_number":2},)"
              R"("duplicate_request":true,"positions":[)"
              R"({"topic":"retail_events","partition":3,"offset":17,"records":5},)"
              R"({"topic":"dead-letters","partition":0,"offset":2,"records":3}]})");
    EXPECT_EQ(door_.body, "body");
    EXPECT_EQ(door_.key, "upload 7");
    EXPECT_EQ(door_.source, "http");
}

TEST_F(EventsHandlerTest, TokenIsAskedForBeforeAnythingElse) {
    for (const std::vector<ports::HttpField>& headers : {std::vector<ports::HttpField>{},
                                                         {{"Authorization", "Bearer wrong"}},
                                                         {{"Authorization", "Basic secret"}},
                                                         {{"Authorization", "Bearer "}},
                                                         {{"X-Ingest-Token", "wrong"}},
                                                         {{"X-Ingest-Token", ""}}}) {
        const auto response = post(headers);
        EXPECT_EQ(response.status, 401);
        EXPECT_NE(response.body.find(R"({"error":{"kind":"unauthenticated","message":)"),
                  std::string::npos);
    }
    EXPECT_EQ(door_.calls, 0);
    EXPECT_EQ(post({{"x-ingest-token", "secret"}}).status, 202);
    EXPECT_EQ(post({{"authorization", "bearer secret"}}).status, 202);
}

TEST_F(EventsHandlerTest, ContentTypeDecidesTheFormat) {
    const auto format_of = [&](const std::string& type) {
        EXPECT_EQ(post({token_, {"Content-Type", type}}).status, 202) << type;
        return door_.format;
    };
    EXPECT_EQ(format_of("application/x-ndjson"), ports::BodyFormat::kNdjson);
    EXPECT_EQ(format_of("Application/JSON ; charset=utf-8"), ports::BodyFormat::kJson);
    EXPECT_EQ(format_of(""), ports::BodyFormat::kAuto);
    EXPECT_EQ(format_of("application/x-www-form-urlencoded"), ports::BodyFormat::kAuto);
    EXPECT_EQ(post({token_}).status, 202);
    EXPECT_EQ(door_.format, ports::BodyFormat::kAuto);
    EXPECT_EQ(post({token_, {"Content-Type", "text/csv"}}).status, 415);
}

TEST_F(EventsHandlerTest, IdempotencyKeyIsPrintableAndNotLong) {
    for (const std::string& key : {std::string(), std::string(201, 'k'), std::string("a\tb"),
                                   std::string("\xC3\xA4"), std::string("a\0b", 3)}) {
        EXPECT_EQ(post({token_, {"Idempotency-Key", key}}).status, 400) << key;
    }
    EXPECT_EQ(door_.calls, 0);
    EXPECT_EQ(post({token_, {"Idempotency-Key", std::string(200, 'k')}}).status, 202);
}

TEST_F(EventsHandlerTest, BodyOverTheLimitIsRefused) {
    EXPECT_EQ(post({token_}, std::string(kMaxEventsBodyBytes + 1, ' ')).status, 413);
    EXPECT_EQ(door_.calls, 0);
    EXPECT_EQ(post({token_}, std::string(kMaxEventsBodyBytes, ' ')).status, 202);
}

TEST_F(EventsHandlerTest, ErrorsOfTheDoorKeepTheirMeaning) {
    const auto status_of = [&](ErrorKind kind) {
        door_.answer = tl::unexpected(Error{kind, "why \"so\""});
        const auto response = post({token_});
        EXPECT_NE(response.body.find(R"("message":"why \"so\"")"), std::string::npos);
        const bool says_when = std::ranges::any_of(
            response.headers, [](const auto& field) { return field.first == "Retry-After"; });
        EXPECT_EQ(says_when, is_retryable(kind));
        return response.status;
    };
    EXPECT_EQ(status_of(ErrorKind::kInvalidInput), 400);
    EXPECT_EQ(status_of(ErrorKind::kConflict), 409);
    EXPECT_EQ(status_of(ErrorKind::kBusy), 429);
    EXPECT_EQ(status_of(ErrorKind::kUnavailable), 503);
    EXPECT_EQ(status_of(ErrorKind::kStorageFull), 507);
}

TEST_F(EventsHandlerTest, BodyIsPaddedWhateverItsBuffer) {
    for (std::size_t bytes = 0; bytes < 300; ++bytes) {
        std::string body(bytes, 'x');
        body.shrink_to_fit();
        EXPECT_EQ(post({token_}, body).status, 202);
        EXPECT_EQ(door_.body, body);
    }
}

}  // namespace
}  // namespace shelfcast::api
