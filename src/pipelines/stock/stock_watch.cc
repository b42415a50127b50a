#include "pipelines/stock/stock_watch.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "base/log.h"
#include "queries/demand.h"
#include "queries/stock.h"
#include "retail/event_codec.h"
#include "retail/time_zone.h"
#include "retail/topics.h"

namespace shelfcast::stock {
namespace {

constexpr std::int64_t kDayUs = 86'400'000'000;
constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::size_t kRiskRowsPerInsert = 100'000;
// The end of stock is looked for so far ahead.
constexpr std::size_t kLeastDaysAhead = 7;

/// Changes too small for anybody to see are not written.
bool is_news(float before, float now) {
    return std::abs(before - now) > 0.005F + 0.01F * std::abs(before);
}

/// When that part of the demand of the day's hours from `from_hour` on has come, as an hour.
double hour_at(std::span<const double> share_of_hour, double from_hour, double part) {
    const auto share_in = [&](std::size_t hour) {
        return share_of_hour[hour] *
               std::clamp(static_cast<double>(hour + 1) - from_hour, 0.0, 1.0);
    };
    double all = 0;
    for (std::size_t hour = 0; hour < share_of_hour.size(); ++hour) {
        all += share_in(hour);
    }
    double left = part * all;
    for (std::size_t hour = 0; hour < share_of_hour.size(); ++hour) {
        const double share = share_in(hour);
        if (share > 0 && left <= share) {
            const double begins = std::max(from_hour, static_cast<double>(hour));
            return begins + left / share * (static_cast<double>(hour + 1) - begins);
        }
        left -= share;
    }
    return static_cast<double>(share_of_hour.size());
}

}  // namespace

struct StockWatch::Round {
    std::int64_t now_us = 0;
    retail::StoreCatalog stores;
    std::map<retail::StockKey, std::vector<queries::OpenShipment>> shipments;
    /// Being read after a late count: as they were.
    std::set<retail::StockKey> skipped;
    std::vector<retail::RestockAlert> alerts;
    std::vector<retail::StockRiskRow> risks;
    std::vector<demand::CountDemand> days;  ///< Of the series at hand.
    std::vector<demand::Delivery> deliveries;
};

Status StockWatch::begin(std::int64_t now_us) {
    SHELFCAST_ASSIGN(const auto alerts, queries::restock_alerts(ports_.warehouse, now_us - kDayUs));
    std::vector<retail::RestockAlert> open;
    std::ranges::copy_if(alerts, std::back_inserter(open),
                         [](const retail::RestockAlert& one) { return !one.recovered_at_ms; });
    book_.restore(open);
    SHELFCAST_ASSIGN(const auto risks, queries::stock_risks(ports_.warehouse));
    written_.clear();
    for (const retail::StockRiskRow& row : risks) {
        written_[row.key.store][row.key.product_id] = {
            static_cast<float>(row.units_per_day.value_or(0)),
            static_cast<float>(row.stock_out_probability.value_or(0)), false};
    }
    SHELFCAST_TRY(tell(alerts));
    begun_ = true;
    return {};
}

void StockWatch::judge(const ports::SeriesForecast& series, Round& round) {
    const auto found = ports_.stock.position(series.store, series.product_id);
    if (!found) {
        round.skipped.insert({series.store, std::string(series.product_id)});
        return;
    }
    if (!*found || !(*found)->position.is_known) {
        return;
    }
    demand::StockRisk now;
    now.store = series.store;
    now.product_id = series.product_id;
    now.position = (*found)->position;
    now.units_per_day = series.units_per_day;
    now.horizon_days = options_.horizon_days;
    now.now_ms = round.now_us / 1000;

    round.days.clear();
    for (const ports::DayDemand& day : series.days) {
        round.days.push_back({day.mean, day.variance});
    }
    const retail::TimeZone& zone = *round.stores.time_zone(series.store);
    round.deliveries.clear();
    if (const auto coming = round.shipments.find({series.store, std::string(series.product_id)});
        coming != round.shipments.end()) {
        for (const queries::OpenShipment& shipment : coming->second) {
            const auto day = zone.local_day(shipment.expected_ms).business_date - series.first_date;
            // One without a date, or that should have come, is not counted on.
            if (shipment.expected_ms > 0 && day >= 0) {
                round.deliveries.push_back({static_cast<std::size_t>(day), shipment.units});
            }
        }
    }
    const auto available = static_cast<double>(now.position.on_hand - now.position.reserved);
    now.risk = demand::stock_out_risk(available / 1000.0, round.days, round.deliveries,
                                      series.level_error, options_.horizon_days);
    if (now.risk.days_left) {
        const double day = std::floor(*now.risk.days_left);
        const std::int64_t local_now_ms = now.now_ms + zone.offset_s(now.now_ms) * 1000;
        const double from_hour =
            day > 0 ? 0 : static_cast<double>(local_now_ms % kDayMs) / 3'600'000.0;
        const double hour = hour_at(series.share_of_hour, from_hour, *now.risk.days_left - day);
        const std::int64_t local_ms =
            (series.first_date + static_cast<std::int64_t>(day)) * kDayMs +
            std::llround(hour * 3'600'000.0);
        std::int64_t utc_ms = 0;
        if (zone.to_utc_ms(local_ms, utc_ms)) {
            now.stock_ends_ms = utc_ms;
        }
    }
    if (auto news = book_.judge(now)) {
        round.alerts.push_back(std::move(*news));
    }

    auto& of_store = written_[series.store];
    auto written = of_store.find(series.product_id);
    const bool is_new = written == of_store.end();
    if (is_new) {
        written = of_store.emplace(std::string(series.product_id), Written{}).first;
    }
    const auto velocity = static_cast<float>(now.units_per_day);
    const auto probability = static_cast<float>(now.risk.probability);
    if (is_new || is_news(written->second.units_per_day, velocity) ||
        is_news(written->second.probability, probability)) {
        round.risks.push_back(
            {{series.store, written->first}, now.units_per_day, now.risk.probability});
        written->second = {velocity, probability, true};
    }
    written->second.seen = true;
}

Status StockWatch::write(Round& round) {
    // What nobody asks for any more carries no risk.
    for (const auto& [key, alert] : std::map(book_.open())) {
        const auto store = written_.find(key.store);
        const bool seen = store != written_.end() && store->second.contains(key.product_id) &&
                          store->second.find(key.product_id)->second.seen;
        if (!seen && !round.skipped.contains(key)) {
            demand::StockRisk none;
            none.store = key.store;
            none.product_id = key.product_id;
            none.now_ms = round.now_us / 1000;
            if (auto over = book_.judge(none)) {
                round.alerts.push_back(std::move(*over));
            }
        }
    }
    for (auto& [store, products] : written_) {
        for (auto at = products.begin(); at != products.end();) {
            const bool seen = std::exchange(at->second.seen, false);
            if (seen || round.skipped.contains({store, at->first})) {
                ++at;
            } else {
                round.risks.push_back({{store, at->first}, std::nullopt, std::nullopt});
                at = products.erase(at);
            }
        }
    }
    const auto version = static_cast<std::uint64_t>(round.now_us);
    SHELFCAST_TRY(ports_.tables.put_derived(retail::kRestockAlertsTable,
                                            retail::restock_alert_rows(round.alerts, version)));
    SHELFCAST_TRY(tell(round.alerts));
    for (std::size_t first = 0; first < round.risks.size(); first += kRiskRowsPerInsert) {
        const std::size_t count = std::min(kRiskRowsPerInsert, round.risks.size() - first);
        SHELFCAST_TRY(ports_.tables.put_derived(
            retail::kStockRisksTable,
            retail::stock_risk_rows(std::span(round.risks).subspan(first, count),
                                    round.now_us / 1000, version)));
    }
    return {};
}

Status StockWatch::tell(const std::vector<retail::RestockAlert>& alerts) {
    if (alerts.empty()) {
        return {};
    }
    std::vector<ports::AppendBatch> batches;
    for (const retail::RestockAlert& alert : alerts) {
        ports::AppendBatch batch;
        batch.topic = retail::kRestockAlertsTopic;
        batch.header.idempotency_key = fmt::format(
            "{}/{}", retail::format_uuid({alert.id.high, alert.id.low}), retail::state_of(alert));
        std::string message;
        retail::append_message(message, alert);
        batch.records.push_back(message);
        batches.push_back(std::move(batch));
    }
    SHELFCAST_ASSIGN([[maybe_unused]] const auto appended, ports_.log.append(std::move(batches)));
    return {};
}

Status StockWatch::look(std::int64_t now_us, const std::stop_token& stop) {
    SHELFCAST_TRY(ports_.stock.prepare());
    if (!ports_.stock.ready()) {
        return {};
    }
    if (!begun_) {
        SHELFCAST_TRY(begin(now_us));
    }
    Round round;
    round.now_us = now_us;
    SHELFCAST_ASSIGN(round.stores, ports_.stores.catalog(std::nullopt));
    SHELFCAST_ASSIGN(auto shipments, queries::open_shipments(ports_.warehouse, now_us));
    for (queries::OpenShipment& shipment : shipments) {
        round.shipments[{shipment.store, shipment.product_id}].push_back(std::move(shipment));
    }
    SHELFCAST_TRY(ports_.forecaster.forecast(now_us,
                                             std::max(options_.horizon_days, kLeastDaysAhead),
                                             [&](const ports::SeriesForecast& series) {
                                                 if (!stop.stop_requested()) {
                                                     judge(series, round);
                                                 }
                                             }));
    // Until it is written, the next look begins with what the tables say.
    begun_ = false;
    if (stop.stop_requested()) {
        return {};
    }
    SHELFCAST_TRY(write(round));
    begun_ = true;
    if (!round.alerts.empty()) {
        log::info("stock", "restock alerts changed={} open={}", round.alerts.size(),
                  book_.open().size());
    }
    return {};
}

}  // namespace shelfcast::stock
