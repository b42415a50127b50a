#include "pipelines/forecast/evaluation.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/check.h"
#include "retail/time_zone.h"

namespace shelfcast::forecast {
namespace {

using demand::DemandForecast;
using demand::kQuantileLevels;
using demand::PanelSeries;

std::size_t level_index(double level) {
    const auto found = std::ranges::find(kQuantileLevels, level);
    SHELFCAST_CHECK(found != kQuantileLevels.end());
    return static_cast<std::size_t>(found - kQuantileLevels.begin());
}

/// Quoted where CSV needs it.
std::string csv_text(const std::string& text) {
    if (text.find_first_of(",\"\r\n") == std::string::npos) {
        return text;
    }
    std::string out = "\"";
    for (const char c : text) {
        out += c == '"' ? "\"\"" : std::string(1, c);
    }
    return out + '"';
}

Status check_cutoff(const PanelFile& file, std::span<const std::size_t> series,
                    std::int32_t cutoff) {
    if (cutoff > file.last_date) {
        return fail(ErrorKind::kInvalidInput,
                    "cut-off {} is in the future: the panel's last date is {}",
                    retail::format_date(cutoff), retail::format_date(file.last_date));
    }
    for (const std::size_t i : series) {
        const PanelSeries& one = file.panel.series[i];
        if (one.first_date > cutoff) {
            return fail(ErrorKind::kInvalidInput,
                        "the series of store_id '{}', product_id '{}' begins on {}, after the "
                        "cut-off {}",
                        file.panel.names.stores[one.store], file.panel.names.products[one.product],
                        retail::format_date(one.first_date), retail::format_date(cutoff));
        }
    }
    return {};
}

std::string lines_of(const demand::DailyPanel& panel, const PanelSeries& series,
                     const DemandForecast& forecast, std::size_t index) {
    static const std::size_t lo80 = level_index(0.1);
    static const std::size_t hi80 = level_index(0.9);
    static const std::size_t lo95 = level_index(0.025);
    static const std::size_t hi95 = level_index(0.975);
    const std::string key = fmt::format("{},{},{}", retail::format_date(forecast.cutoff),
                                        csv_text(panel.names.stores[series.store]),
                                        csv_text(panel.names.products[series.product]));
    std::string out;
    for (std::size_t day = 0; day < forecast.horizon_days; ++day) {
        const auto quantiles = forecast.quantiles_of(index, day);
        out +=
            fmt::format("{},{},{:.6g},{:.6g},{:.6g},{:.6g},{:.6g}\n", key,
                        retail::format_date(forecast.cutoff + 1 + static_cast<std::int32_t>(day)),
                        forecast.points_of(index)[day], quantiles[lo80], quantiles[hi80],
                        quantiles[lo95], quantiles[hi95]);
    }
    return out;
}

}  // namespace

Result<demand::KnownAhead> parse_known(std::string_view text) {
    demand::KnownAhead known;
    while (!text.empty()) {
        const std::size_t comma = std::min(text.find(','), text.size());
        const std::string_view word = text.substr(0, comma);
        text = text.substr(std::min(comma + 1, text.size()));
        if (word == "price") {
            known.price = true;
        } else if (word == "promo") {
            known.promo = true;
        } else if (word == "holiday") {
            known.holiday = true;
        } else {
            return fail(ErrorKind::kInvalidInput,
                        "'{}' cannot be known ahead: price, promo or holiday", word);
        }
    }
    return known;
}

Result<std::vector<EvaluatedCutoff>> evaluate(ports::TreeLearner& learner, const PanelFile& file,
                                              std::span<const std::size_t> series,
                                              const EvaluationOptions& options,
                                              const TextSink& write, const std::stop_token& stop) {
    const std::set<std::int32_t> once(options.cutoffs.begin(), options.cutoffs.end());
    if (once.size() != options.cutoffs.size() || once.empty()) {
        return fail(ErrorKind::kInvalidInput, "{} cut-offs, {} of them different: name each once",
                    options.cutoffs.size(), once.size());
    }
    for (const std::int32_t cutoff : options.cutoffs) {
        SHELFCAST_TRY(check_cutoff(file, series, cutoff));
    }
    SHELFCAST_TRY(write("cutoff,store_id,product_id,date,yhat,lo80,hi80,lo95,hi95\n"));
    std::vector<EvaluatedCutoff> out;
    for (const std::int32_t cutoff : options.cutoffs) {
        SHELFCAST_ASSIGN(const demand::DailyPanel seen,
                         demand::as_of(file.panel, cutoff, options.training.horizon_days,
                                       options.training.known));
        // as_of leaves out series that begin later: what is left has another index.
        std::vector<std::size_t> index_of(file.panel.series.size());
        std::size_t kept = 0;
        for (std::size_t i = 0; i < index_of.size(); ++i) {
            index_of[i] = kept;
            kept += file.panel.series[i].first_date <= cutoff ? 1U : 0U;
        }
        TrainingOptions training = options.training;
        for (const std::size_t i : series) {
            training.judged.push_back(index_of[i]);
        }
        SHELFCAST_ASSIGN(const auto forecaster, train(learner, seen, training, stop));
        SHELFCAST_ASSIGN(const DemandForecast forecast, forecaster->forecast(seen, stop));
        for (const std::size_t i : series) {
            SHELFCAST_TRY(write(lines_of(seen, seen.series[index_of[i]], forecast, index_of[i])));
        }
        out.push_back({cutoff, forecaster->report()});
    }
    return out;
}

}  // namespace shelfcast::forecast
