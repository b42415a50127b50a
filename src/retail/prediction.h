#pragma once

/// \file retail/prediction.h
/// The answer to a feature request, as a message of topic predictions
/// (api/events/predictions.json). Plain data.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"

namespace shelfcast::retail {

struct PredictedDay {
    std::int32_t date = 0;  ///< Days since 1970-01-01, the store's.
    // Units.
    double mean = 0;
    double p10 = 0;
    double p50 = 0;
    double p90 = 0;
};

struct Prediction {
    std::string request_id;
    StoreId store;
    std::string product_id;
    std::int64_t predicted_at_ms = 0;  ///< UTC.
    std::string model = "velocity";    ///< Or the version of a trained model.
    std::optional<double> units_per_day;
    std::vector<PredictedDay> days;
    std::string reason;  ///< Why there are none; empty: there are.
};

/// The message, without a newline.
void append_message(std::string& out, const Prediction& prediction);

}  // namespace shelfcast::retail
