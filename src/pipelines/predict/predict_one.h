#pragma once

/// \file pipelines/predict/predict_one.h
/// The answer to one request for a forecast, whichever way it came. Thread safe as the forecaster.

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/ids.h"
#include "base/result.h"
#include "ports/forecaster.h"
#include "retail/prediction.h"

namespace shelfcast::predict {

inline constexpr std::size_t kDefaultDays = 7;

struct PredictionRequest {
    std::string request_id;
    StoreId store;
    std::string product_id;
    std::size_t days = kDefaultDays;  ///< 1 to retail::kMostHorizonDays.
};

/// Without days, and with the reason, where nothing is known of the product in the store. Errors:
/// those of the forecaster.
[[nodiscard]] Result<retail::Prediction> predict_one(ports::Forecaster& forecaster,
                                                     const PredictionRequest& request,
                                                     std::int64_t now_us);

}  // namespace shelfcast::predict
