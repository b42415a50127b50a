#include "pipelines/predict/prediction_service.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <mutex>
#include <span>
#include <utility>

#include "base/check.h"
#include "base/log.h"
#include "demand/count_demand.h"
#include "retail/topics.h"

namespace shelfcast::predict {
namespace {

constexpr std::string_view kGroup = "predict";
constexpr std::size_t kRequestsPerRead = 1'000;
constexpr std::int64_t kDefaultDays = 7;
constexpr auto kWait = std::chrono::milliseconds(500);
constexpr auto kPauseAfterFailure = std::chrono::milliseconds(1'000);

std::size_t field_of(std::string_view name) {
    const auto fields = retail::find_topic(retail::kFeatureRequestsTopic)->fields;
    const auto found = std::ranges::find(fields, name, &retail::MessageField::name);
    SHELFCAST_CHECK(found != fields.end());
    return static_cast<std::size_t>(found - fields.begin());
}

retail::PredictedDay day_of(std::int32_t date, const ports::DayDemand& day, double level_error) {
    const demand::CountDemand wanted{day.mean, day.variance + level_error * day.mean * day.mean};
    return {date, day.mean, demand::quantile(0.1, wanted), demand::quantile(0.5, wanted),
            demand::quantile(0.9, wanted)};
}

}  // namespace

PredictionService::PredictionService(PredictionPorts ports, const retail::CodecLimits& limits)
    : ports_(ports), decoder_(*retail::find_topic(retail::kFeatureRequestsTopic), limits) {}

Status PredictionService::begin() {
    SHELFCAST_ASSIGN(auto from, ports_.log.begin_offsets(retail::kFeatureRequestsTopic));
    SHELFCAST_ASSIGN(const auto reached,
                     ports_.log.committed_offsets(kGroup, retail::kFeatureRequestsTopic));
    for (const ports::PartitionOffset& one : reached) {
        SHELFCAST_CHECK(one.partition.value < from.size());
        std::int64_t& offset = from[one.partition.value].offset;
        offset = std::max(offset, one.offset);
    }
    next_ = std::move(from);
    return {};
}

Result<std::string> PredictionService::answer_to(std::string_view request,
                                                 const ports::FetchedBatch& batch,
                                                 const retail::StoreCatalog& stores) {
    static const std::size_t kProduct = field_of("product_id");
    static const std::size_t kRequest = field_of("request_id");
    static const std::size_t kDays = field_of("horizon_days");
    retail::TopicEvent asked;
    retail::Rejection refused;
    if (decoder_.decode(request, batch.log_time_us, stores, asked, refused) !=
        retail::RejectReason::kNone) {
        // The door takes none such; what came past it has no request_id to answer to.
        log::warning("predict", "a request that the door would refuse is left out detail=\"{}\"",
                     refused.detail);
        return std::string();
    }
    const std::int64_t now_us = ports_.clock.now_us();
    retail::Prediction answer;
    answer.request_id = asked.values[kRequest].text;
    answer.store = asked.store_id;
    answer.product_id = asked.values[kProduct].text;
    answer.predicted_at_ms = now_us / 1000;
    answer.reason = "nothing of it was sold there in the last four weeks";
    const std::int64_t days =
        asked.values[kDays].present ? asked.values[kDays].number / 1000 : kDefaultDays;
    SHELFCAST_TRY(ports_.forecaster.forecast_one(
        answer.store, answer.product_id, now_us, static_cast<std::size_t>(days),
        [&](const ports::SeriesForecast& series) {
            answer.reason.clear();
            answer.units_per_day = series.units_per_day;
            for (const ports::DayDemand& day : series.days) {
                answer.days.push_back(
                    day_of(series.first_date + static_cast<std::int32_t>(answer.days.size()), day,
                           series.level_error));
            }
        }));
    std::string message;
    retail::append_message(message, answer);
    return message;
}

Result<std::size_t> PredictionService::answer(std::chrono::milliseconds wait,
                                              const std::stop_token& stop) {
    if (next_.empty()) {
        SHELFCAST_TRY(begin());
    }
    const std::array waiting = {
        ports::TopicPosition{std::string(retail::kFeatureRequestsTopic), next_}};
    SHELFCAST_ASSIGN(const bool is_there, ports_.log.wait_for_records(waiting, wait, stop));
    if (!is_there) {
        return std::size_t{0};
    }
    SHELFCAST_ASSIGN(const auto stores, ports_.stores.catalog(std::nullopt));
    SHELFCAST_ASSIGN(const auto batches, ports_.log.read(retail::kFeatureRequestsTopic, next_,
                                                         {.max_records = kRequestsPerRead}));
    std::vector<ports::AppendBatch> answers;
    std::vector<ports::PartitionOffset> reached = next_;
    std::size_t requests = 0;
    for (const ports::FetchedBatch& batch : batches) {
        for (std::size_t i = 0; i < batch.records.size(); ++i) {
            const std::int64_t offset = batch.base_offset + static_cast<std::int64_t>(i);
            SHELFCAST_ASSIGN(const std::string message, answer_to(batch.records[i], batch, stores));
            if (!message.empty()) {
                ports::AppendBatch answer;
                answer.topic = retail::kPredictionsTopic;
                answer.header.idempotency_key = fmt::format("{}/{}", batch.partition.value, offset);
                answer.records.push_back(message);
                answers.push_back(std::move(answer));
            }
            ++requests;
        }
        reached[batch.partition.value].offset =
            batch.base_offset + static_cast<std::int64_t>(batch.records.size());
    }
    if (!answers.empty()) {
        SHELFCAST_ASSIGN([[maybe_unused]] const auto appended,
                         ports_.log.append(std::move(answers)));
    }
    SHELFCAST_TRY(ports_.log.commit_offsets(kGroup, retail::kFeatureRequestsTopic, reached));
    next_ = std::move(reached);
    return requests;
}

void PredictionService::run(const std::stop_token& stop) {
    std::string last_failure;
    while (!stop.stop_requested()) {
        const auto answered = answer(kWait, stop);
        std::string failure = answered ? "" : answered.error().message;
        if (failure.empty()) {
            last_failure.clear();
            continue;
        }
        if (failure != last_failure) {
            log::warning("predict", "requests wait, trying again error=\"{}\"", failure);
        }
        last_failure = std::move(failure);
        std::mutex mutex;
        std::condition_variable_any never;
        std::unique_lock lock(mutex);
        never.wait_for(lock, stop, kPauseAfterFailure, [] { return false; });
    }
}

}  // namespace shelfcast::predict
