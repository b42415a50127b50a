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
#include "pipelines/predict/predict_one.h"
#include "retail/topics.h"

namespace shelfcast::predict {
namespace {

constexpr std::string_view kGroup = "predict";
constexpr std::size_t kRequestsPerRead = 1'000;
constexpr auto kWait = std::chrono::milliseconds(500);
constexpr auto kPauseAfterFailure = std::chrono::milliseconds(1'000);

std::size_t field_of(std::string_view name) {
    const auto fields = retail::find_topic(retail::kFeatureRequestsTopic)->fields;
    const auto found = std::ranges::find(fields, name, &retail::MessageField::name);
    SHELFCAST_CHECK(found != fields.end());
    return static_cast<std::size_t>(found - fields.begin());
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
    const std::int64_t days = asked.values[kDays].present ? asked.values[kDays].number / 1000
                                                          : std::int64_t{kDefaultDays};
    SHELFCAST_ASSIGN(const retail::Prediction answer,
                     predict_one(ports_.forecaster,
                                 {.request_id = std::string(asked.values[kRequest].text),
                                  .store = asked.store_id,
                                  .product_id = std::string(asked.values[kProduct].text),
                                  .days = static_cast<std::size_t>(days)},
                                 ports_.clock.now_us()));
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
