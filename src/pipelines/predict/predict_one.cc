#include "pipelines/predict/predict_one.h"

#include "demand/count_demand.h"

namespace shelfcast::predict {
namespace {

retail::PredictedDay day_of(std::int32_t date, const ports::DayDemand& day, double level_error) {
    if (day.quantiles) {
        const auto& [p10, p50, p90] = *day.quantiles;
        return {date, day.mean, p10, p50, p90};
    }
    const demand::CountDemand wanted{day.mean, day.variance + level_error * day.mean * day.mean};
    return {date, day.mean, demand::quantile(0.1, wanted), demand::quantile(0.5, wanted),
            demand::quantile(0.9, wanted)};
}

}  // namespace

Result<retail::Prediction> predict_one(ports::Forecaster& forecaster,
                                       const PredictionRequest& request, std::int64_t now_us) {
    retail::Prediction answer;
    answer.request_id = request.request_id;
    answer.store = request.store;
    answer.product_id = request.product_id;
    answer.predicted_at_ms = now_us / 1000;
    answer.reason = "nothing of it was sold there in the last four weeks";
    SHELFCAST_TRY(forecaster.forecast_one(
        request.store, request.product_id, now_us, request.days,
        [&](const ports::SeriesForecast& series) {
            answer.reason.clear();
            answer.model = series.model;
            answer.units_per_day = series.units_per_day;
            for (const ports::DayDemand& day : series.days) {
                answer.days.push_back(
                    day_of(series.first_date + static_cast<std::int32_t>(answer.days.size()), day,
                           series.level_error));
            }
        }));
    return answer;
}

}  // namespace shelfcast::predict
