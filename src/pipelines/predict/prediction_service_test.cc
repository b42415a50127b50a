#include "pipelines/predict/prediction_service.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "adapters/memory_log/memory_log.h"
#include "ports/test_hand_clock.h"
#include "ports/test_one_store.h"
#include "retail/topics.h"

namespace shelfcast::predict {
namespace {

/// 2026-11-22T08:00:00Z.
constexpr std::int64_t kNowUs = 1'795'334'400'000'000;

/// Tea sells 4 a day.
class FourTeas final : public ports::Forecaster {
public:
    Status forecast(std::int64_t /*now_us*/, std::size_t /*days*/,
                    const std::function<void(const ports::SeriesForecast&)>& /*take*/) override {
        return fail(ErrorKind::kInvalidInput, "not asked for");
    }
    Status forecast_one(StoreId store, std::string_view product_id, std::int64_t /*now_us*/,
                        std::size_t days,
                        const std::function<void(const ports::SeriesForecast&)>& take) override {
        if (away) {
            return fail(ErrorKind::kUnavailable, "away");
        }
        const std::vector<ports::DayDemand> demand(days, {4, 4});
        if (product_id == "tea") {
            take({.store = store,
                  .product_id = product_id,
                  .units_per_day = 4,
                  .first_date = 20'779,
                  .days = demand});
        }
        return {};
    }
    bool away = false;
};

class PredictionServiceTest : public ::testing::Test {
protected:
    void SetUp() override {
        ASSERT_TRUE(log_.create_topic(retail::kFeatureRequestsTopic, 2));
        ASSERT_TRUE(log_.create_topic(retail::kPredictionsTopic, 1));
    }

    void ask(std::uint32_t partition, const std::string& request_id, const std::string& product,
             const std::string& days = "2") {
        ports::AppendBatch batch;
        batch.topic = retail::kFeatureRequestsTopic;
        batch.partition = PartitionId{partition};
        batch.records.push_back(
            R"({"event_time":"2026-11-22T08:00:00Z","store_id":1,"product_id":")" + product +
            R"(","request_id":")" + request_id + R"(","horizon_days":)" + days + "}");
        ASSERT_TRUE(log_.append({batch}));
    }

    std::vector<std::string> answers() {
        std::vector<std::string> all;
        const std::array from = {ports::PartitionOffset{PartitionId{0}, 0}};
        const auto batches = log_.read(retail::kPredictionsTopic, from, {});
        EXPECT_TRUE(batches);
        for (const ports::FetchedBatch& batch : *batches) {
            for (std::size_t i = 0; i < batch.records.size(); ++i) {
                all.emplace_back(batch.records[i]);
            }
        }
        return all;
    }

    ports::HandClock clock_{kNowUs};
    adapters::MemoryLog log_{clock_};
    ports::OneStore stores_;
    FourTeas forecaster_;
    PredictionPorts ports_{log_, stores_, forecaster_, clock_};
};

TEST_F(PredictionServiceTest, AnswersWithMeanAndQuantiles) {
    PredictionService service(ports_, {});
    ask(0, "r1", "tea");
    ask(1, "r2", "coffee");
    EXPECT_EQ(service.answer(std::chrono::milliseconds(0), {}).value(), 2U);
    EXPECT_EQ(answers(),
              (std::vector<std::string>{
                  R"({"request_id":"r1","store_id":1,"product_id":"tea",)"
                  R"("predicted_at":"2026-11-22T08:00:00.000Z","model":"velocity",)"
                  R"("units_per_day":4.0000,"days":[)"
                  R"({"date":"2026-11-22","mean":4.0000,"p10":2,"p50":4,"p90":7},)"
                  R"({"date":"2026-11-23","mean":4.0000,"p10":2,"p50":4,"p90":7}],"reason":null})",
                  R"({"request_id":"r2","store_id":1,"product_id":"coffee",)"
                  R"("predicted_at":"2026-11-22T08:00:00.000Z","model":"velocity",)"
                  R"("units_per_day":null,"days":[],)"
                  R"("reason":"nothing of it was sold there in the last four weeks"})"}));
    EXPECT_EQ(service.answer(std::chrono::milliseconds(0), {}).value(), 0U);
}

TEST_F(PredictionServiceTest, AnswersEachRequestOnceWhateverEnds) {
    ask(0, "r1", "tea");
    {
        PredictionService service(ports_, {});
        EXPECT_EQ(service.answer(std::chrono::milliseconds(0), {}).value(), 1U);
    }
    // The commit of its place was lost: the next life reads the request again.
    const std::array begin = {ports::PartitionOffset{PartitionId{0}, 0}};
    ASSERT_TRUE(log_.commit_offsets("predict", retail::kFeatureRequestsTopic, begin));
    ask(0, "r2", "tea", "null");
    PredictionService service(ports_, {});
    EXPECT_EQ(service.answer(std::chrono::milliseconds(0), {}).value(), 2U);
    ASSERT_EQ(answers().size(), 2U);
    EXPECT_NE(answers()[1].find(R"("date":"2026-11-28")"), std::string::npos)
        << "7 days by default";
    EXPECT_EQ(answers()[1].find(R"("date":"2026-11-29")"), std::string::npos);
}

TEST_F(PredictionServiceTest, RequestsWaitForTheForecaster) {
    PredictionService service(ports_, {});
    ask(0, "r1", "tea");
    forecaster_.away = true;
    EXPECT_EQ(service.answer(std::chrono::milliseconds(0), {}).error().kind,
              ErrorKind::kUnavailable);
    forecaster_.away = false;
    EXPECT_EQ(service.answer(std::chrono::milliseconds(0), {}).value(), 1U);
    EXPECT_EQ(answers().size(), 1U);
}

}  // namespace
}  // namespace shelfcast::predict
