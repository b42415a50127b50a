#include "api/topic_handler.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "adapters/memory_log/memory_log.h"
#include "api/test_no_logins.h"
#include "ports/test_hand_clock.h"
#include "retail/topics.h"

namespace shelfcast::api {
namespace {

class TopicHandler : public ::testing::Test {
protected:
    void SetUp() override {
        ASSERT_TRUE(log_.create_topic(retail::kPredictionsTopic, 1));
        for (int number = 0; number < 3; ++number) {
            ports::AppendBatch batch;
            batch.topic = retail::kPredictionsTopic;
            batch.records.push_back("{\"n\":" + std::to_string(2 * number) + "}");
            batch.records.push_back("{\"n\":" + std::to_string(2 * number + 1) + "}");
            ASSERT_TRUE(log_.append({batch}));
        }
    }

    ports::HttpResponse get(std::vector<ports::HttpField> query,
                            const std::string& topic = "predictions", bool needs_login = false) {
        ports::HttpRequest request;
        request.method = "GET";
        request.headers = {{"Host", "localhost:8501"}};
        request.path_parameters = {{"topic", topic}};
        request.query_parameters = std::move(query);
        return make_topic_handler(log_, LoginGuard(needs_login, logins_))(request, {});
    }

private:
    ports::HandClock clock_{1'795'334'400'000'000};
    adapters::MemoryLog log_{clock_};
    NoLogins logins_;
};

TEST_F(TopicHandler, ReadsOnFromAnOffset) {
    EXPECT_EQ(get({{"from", "3"}, {"limit", "2"}}).body,
              R"({"topic":"predictions","messages":[)"
              R"({"offset":3,"log_time":"2026-11-22T08:00:00.000Z","message":{"n":3}},)"
              R"({"offset":4,"log_time":"2026-11-22T08:00:00.000Z","message":{"n":4}}],"next":5})");
    EXPECT_EQ(get({{"from", "99"}}).body, R"({"topic":"predictions","messages":[],"next":6})");
    EXPECT_NE(get({}).body.find(R"("next":6)"), std::string::npos);
}

TEST_F(TopicHandler, NamesWhatIsWrong) {
    const auto topic = get({}, "retail_events");
    EXPECT_EQ(topic.status, 404);
    EXPECT_NE(topic.body.find("there are predictions, restock-alerts"), std::string::npos);
    for (const char* const wrong : {"-1", "x", "", "1x", "99999999999999999999"}) {
        const auto refused = get({{"from", wrong}});
        EXPECT_EQ(refused.status, 400) << wrong;
        EXPECT_NE(refused.body.find("from="), std::string::npos);
    }
    EXPECT_EQ(get({{"limit", "1001"}}).status, 400);
    EXPECT_EQ(get({}, "predictions", true).status, 401);
}

}  // namespace
}  // namespace shelfcast::api
