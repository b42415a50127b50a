#pragma once

/// \file pipelines/predict/prediction_service.h
/// Answers feature requests. An answer's idempotency key is the place of its request in the log, so
/// that a request which is read again after a crash is answered once.

#include <chrono>
#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "ports/clock.h"
#include "ports/event_log.h"
#include "ports/forecaster.h"
#include "ports/operational_store.h"
#include "retail/prediction.h"
#include "retail/topic_codec.h"

namespace shelfcast::predict {

struct PredictionPorts {
    ports::EventLog& log;
    ports::StoreDirectory& stores;
    ports::Forecaster& forecaster;
    const ports::Clock& clock;
};

class PredictionService {
public:
    /// `limits`: those that the door judged the requests by.
    PredictionService(PredictionPorts ports, const retail::CodecLimits& limits);

    /// Answers what has come, or what comes first within `wait`; returns how many requests those
    /// were. After an error the next call takes up where this one stopped.
    [[nodiscard]] Result<std::size_t> answer(std::chrono::milliseconds wait,
                                             const std::stop_token& stop);

    /// Answers until stopped; after a failure again, a little later.
    void run(const std::stop_token& stop);

private:
    [[nodiscard]] Status begin();
    [[nodiscard]] Result<std::string> answer_to(std::string_view request,
                                                const ports::FetchedBatch& batch,
                                                const retail::StoreCatalog& stores);

    PredictionPorts ports_;
    retail::TopicDecoder decoder_;
    std::vector<ports::PartitionOffset> next_;  ///< Empty: not begun.
};

}  // namespace shelfcast::predict
