#pragma once

/// \file api/predict_handler.h
/// POST /v1/predict: what will be asked for of one product in one store.

#include <functional>
#include <string>
#include <string_view>

#include "api/login_guard.h"
#include "base/result.h"
#include "ports/http.h"

namespace shelfcast::api {

/// The answer, a JSON object, to a request that is one. Error: kInvalidInput (names the field),
/// kForbidden (a store outside of the scope), kNotFound (the store), those of the forecaster.
using PredictionSource =
    std::function<Result<std::string>(std::string_view body, const ports::StoreScope& scope)>;

/// Whoever may see a store's data may ask.
[[nodiscard]] ports::HttpHandler make_predict_handler(PredictionSource source, LoginGuard guard);

}  // namespace shelfcast::api
