#pragma once

/// \file cli/model_jobs.h
/// Training, predicting and the models themselves as JSON in and out, like jobs.h.

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "api/jobs_handler.h"
#include "base/result.h"
#include "ports/store_scope.h"

namespace shelfcast::cli {

class App;

/// {"horizon_days":n?,"search_seconds":n?,"seed":n?,"date":"…"?} to the model as `models show` has
/// it, with "is_in_use".
[[nodiscard]] api::Job train_job(App& app);
/// {"date":"…"?,"horizon_days":n?} to {"model_version":"…","date":"…","horizon_days":n,"series":n,
/// "rows":n}.
[[nodiscard]] api::Job predict_job(App& app);
/// {"date":"…"?} to {"feature_date":"…","rows":n}.
[[nodiscard]] api::Job features_job(App& app);
/// {"do":"list"|"show"|"promote"|"rollback"|"compare","version":"…"?,"with":"…"?}.
[[nodiscard]] api::Job models_job(App& app);

/// The registry as screens show it: {"in_use":"…"|null,"before":"…"|null,"models":[…]}, the models
/// oldest first; `before` is what a rollback returns to.
[[nodiscard]] Result<std::string> models_answer(App& app);

/// {"store_id":n,"product_id":"…","horizon_days":n?,"request_id":"…"?} to the message that topic
/// predictions would have. Error: kInvalidInput (names the field).
[[nodiscard]] Result<std::string> answer_prediction(App& app, std::string_view body,
                                                    const ports::StoreScope& scope);

}  // namespace shelfcast::cli
