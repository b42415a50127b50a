#include "schedule/jobs.h"

#include <fmt/format.h>

#include <algorithm>

#include "schedule/cron.h"

namespace shelfcast::schedule {
namespace {

constexpr std::int64_t kHourS = 3600;

}  // namespace

std::vector<JobDefinition> job_definitions() {
    return {
        {.name = "retail_batch_processing",
         .cron = "0 2 * * *",
         .description = "Closes the open epoch: lake, batch tables, reconciliation",
         .time_out_s = 12 * kHourS},
        {.name = "retail_stock_snapshot",
         .cron = "30 2 * * *",
         .description = "Stock at the end of each business date that is over, into inventory_daily "
                        "and the lake",
         .time_out_s = 12 * kHourS},
        {.name = "retail_data_retention",
         .cron = "0 3 * * *",
         .description = "Drops speed rows of closed epochs that no reader needs any more",
         .time_out_s = 2 * kHourS},
        {.name = "retail_data_quality",
         .cron = "5 * * * *",
         .description = "Checks the data of the hour before, into data_quality_results",
         .time_out_s = kHourS},
        {.name = "retail_replenishment",
         .cron = "30 10 * * *",
         .description = "Proposes what to order from forecasts, stock and terms, into "
                        "reorder_predictions",
         .time_out_s = 4 * kHourS},
        {.name = "retail_business_impact",
         .cron = "30 3 * * *",
         .description = "What ordering earned against the baseline policy, into "
                        "business_impact_daily",
         .time_out_s = 4 * kHourS},
        {.name = "retail_features",
         .cron = "0 9 * * *",
         .description = "What a forecaster may know of the day to come, into feature_store",
         .time_out_s = 2 * kHourS},
        {.name = "retail_predict",
         .cron = "0 10 * * *",
         .description = "Forecasts by the model in use at every level, into forecasts",
         .time_out_s = 4 * kHourS},
        {.name = "retail_model_drift",
         .cron = "0 11 * * *",
         .description = "Whether features and errors are still those of training, into model_drift",
         .time_out_s = 2 * kHourS},
        {.name = "retail_train",
         .cron = "0 2 * * 0",
         .description = "Trains a model; in use if it is better than the one that is",
         .time_out_s = 12 * kHourS},
        {.name = "lake_maintenance",
         .cron = "0 4 * * 0",
         .description = "Merges the lake's small files, removes those merged away",
         .time_out_s = 12 * kHourS},
    };
}

std::string job_fault(std::string_view name, std::string_view cron) {
    const std::vector<JobDefinition> known = job_definitions();
    if (std::ranges::find(known, name, &JobDefinition::name) == known.end()) {
        std::vector<std::string_view> names(known.size());
        std::ranges::transform(known, names.begin(), &JobDefinition::name);
        return fmt::format("there is no such job; jobs are {}", fmt::join(names, ", "));
    }
    const Result<Cron> parsed = Cron::parse(cron);
    return parsed ? "" : parsed.error().message;
}

std::string command_of(std::string_view job, std::string_view logical_date) {
    return fmt::format("shelfcast schedule run {} --date {}", job, logical_date);
}

}  // namespace shelfcast::schedule
