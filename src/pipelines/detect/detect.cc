#include "pipelines/detect/detect.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "base/log.h"
#include "detection/incidents.h"
#include "detection/prices.h"
#include "detection/store_sales.h"
#include "pipelines/detect/anomaly_rows.h"
#include "queries/row_reader.h"
#include "retail/time_zone.h"

namespace shelfcast::detect {
namespace {

using detection::Finding;
using retail::ColumnBlock;

constexpr std::int64_t kMsUs = 1'000;
constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kDayMs = 24 * kHourMs;
constexpr std::int32_t kTillDays = 28;
/// What was being written while the last look read may have an earlier log time.
constexpr std::int64_t kOverlapUs = 60'000'000;
constexpr double kPriceScale = 10'000;

std::vector<detection::StoreClock> clocks_of(const std::vector<queries::DetectionStore>& stores,
                                             std::int64_t now_ms) {
    std::vector<detection::StoreClock> clocks;
    for (const queries::DetectionStore& store : stores) {
        const auto zone = retail::TimeZone::load(store.time_zone);
        if (!zone) {
            continue;  // A store catalogue has none such.
        }
        detection::StoreClock clock;
        clock.store = store.store;
        clock.country = store.country;
        clock.now_ms = now_ms;
        clock.date = (*zone)->local_day(now_ms).business_date;
        const std::int64_t local_ms = now_ms + (*zone)->offset_s(now_ms) * 1'000;
        clock.hour = static_cast<double>(local_ms % kDayMs) / kHourMs;
        if (!(*zone)->to_utc_ms(clock.date * kDayMs, clock.midnight_ms)) {
            clock.midnight_ms = now_ms - local_ms % kDayMs;  // The clock skipped midnight.
        }
        clock.holiday = store.is_holiday;
        clocks.push_back(std::move(clock));
    }
    return clocks;
}

std::vector<detection::ProductUsual> usual_of(const ColumnBlock& rows) {
    const queries::RowReader reader(rows);
    std::vector<detection::ProductUsual> all;
    all.reserve(reader.size());
    for (std::size_t row = 0; row < reader.size(); ++row) {
        detection::ProductUsual one;
        one.store = reader.store(row);
        one.product_id = reader.text("product_id", row);
        one.category = reader.text("category", row);
        for (std::size_t week = 0; week < one.weeks.size(); ++week) {
            one.weeks[week] = reader.count("week_" + std::to_string(week), row);
        }
        one.most_a_day = reader.count("most_a_day", row);
        one.returns = reader.count("returns", row);
        one.first_date = static_cast<std::int32_t>(reader.number("first_date", row));
        one.last_date = static_cast<std::int32_t>(reader.number("last_date", row));
        one.price_days = reader.count("price_days", row);
        one.low_price = reader.scaled("low_price", row, kPriceScale);
        one.usual_price = reader.scaled("usual_price", row, kPriceScale);
        one.high_price = reader.scaled("high_price", row, kPriceScale);
        all.push_back(std::move(one));
    }
    return all;
}

}  // namespace

Status Detection::read_hours(std::int32_t from) {
    SHELFCAST_ASSIGN(const auto hours, queries::store_hours(runner_, from));
    history_.forget_from(from);
    for (const queries::StoreHour& hour : hours) {
        history_.add(hour.store, hour.date, hour.hour, hour.sales, hour.returns);
        std::int64_t& last = last_sales_ms_[hour.store];
        last = std::max(last, hour.last_sale_ms);
    }
    return {};
}

Status Detection::learn(std::int32_t date) {
    constexpr std::int64_t kPauseFactor = 50;
    const std::int64_t began_us = clock_.steady_us();
    if (date_ == date && began_us < learn_again_us_) {
        return {};
    }
    const std::int32_t from = date - detection::kHistoryDays;
    SHELFCAST_TRY(read_hours(from));
    history_.forget_before(from);
    SHELFCAST_ASSIGN(const ColumnBlock products, queries::products_usual(runner_, date));
    SHELFCAST_ASSIGN(tills_, queries::tills_usual(runner_, date - kTillDays, date));
    book_ = detection::ProductBook(usual_of(products), date);
    date_ = date;
    const std::int64_t ended_us = clock_.steady_us();
    learn_again_us_ = ended_us + kPauseFactor * (ended_us - began_us);
    return {};
}

Result<std::vector<Finding>> Detection::judge_tills() {
    SHELFCAST_ASSIGN(const auto now, queries::tills_now(runner_, *date_ - 1));
    std::map<std::pair<StoreId, std::string>, const queries::TillNow*> by_till;
    std::map<StoreId, const queries::TillNow*> by_store;
    for (const queries::TillNow& till : now) {
        by_till[{till.store, till.register_id}] = &till;
        by_store[till.store] = &till;
    }
    std::vector<detection::TillState> states;
    for (const queries::TillUsual& usual : tills_) {
        const auto store = by_store.find(usual.store);
        if (store == by_store.end()) {
            continue;
        }
        detection::TillState state{
            .store = usual.store,
            .register_id = usual.register_id,
            .share = usual.baskets / usual.store_baskets,
            .baskets = usual.baskets,
            .longest_usual = usual.longest_run,
            .baskets_per_week = usual.all_baskets * detection::kWeekDays / kTillDays,
            .others_since = store->second->store_baskets,
            .last_basket_ms = usual.last_basket_ms,
            .newest_basket_ms = store->second->newest_basket_ms};
        if (const auto till = by_till.find({usual.store, usual.register_id});
            till != by_till.end()) {
            state.others_since = till->second->others_since;
            state.last_basket_ms = till->second->last_basket_ms;
        }
        states.push_back(std::move(state));
    }
    return detection::judge_tills(states);
}

Result<std::vector<detection::ProductRecent>> Detection::read_recent(std::int64_t now_us) {
    constexpr std::uint64_t kFewest = 5;
    SHELFCAST_ASSIGN(const ColumnBlock rows, queries::products_recent(runner_, now_us, kFewest));
    const queries::RowReader reader(rows);
    std::vector<detection::ProductRecent> all;
    for (std::size_t row = 0; row < reader.size(); ++row) {
        detection::ProductRecent one;
        one.store = reader.store(row);
        one.product_id = reader.text("product_id", row);
        for (std::size_t back = 0; back < one.lines.size(); ++back) {
            one.lines[back] = reader.count("lines_" + std::to_string(back), row);
            one.other_lines[back] = reader.count("others_" + std::to_string(back), row);
        }
        one.returns = reader.count("returns", row);
        one.price = reader.scaled("price", row, kPriceScale);
        all.push_back(std::move(one));
    }
    return all;
}

Result<std::vector<Finding>> Detection::judge_silences(const detection::LinesByStore& stores) {
    const std::vector<detection::Silence> silences = detection::find_silences(book_, stores);
    if (silences.empty()) {
        return std::vector<Finding>{};
    }
    std::vector<retail::StockKey> keys;
    for (const detection::Silence& silence : silences) {
        keys.push_back({silence.usual->store, silence.usual->product_id});
    }
    SHELFCAST_ASSIGN(const auto rows,
                     queries::shelf_states(runner_, keys, *date_ - detection::kSilenceDays + 1));
    std::map<retail::StockKey, const queries::ShelfRow*> known;
    for (const queries::ShelfRow& row : rows) {
        known[row.key] = &row;
    }
    std::vector<detection::ShelfState> states;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        detection::ShelfState state;  // Unknown to the ledger: no stock.
        if (const auto row = known.find(keys[i]); row != known.end()) {
            state = {.on_hand_units = row->second->on_hand_units,
                     .in_stock_date = row->second->in_stock_date,
                     .sold_since = row->second->last_sale_date > silences[i].usual->last_date,
                     .other_lines = row->second->other_lines,
                     .last_sale_ms = row->second->last_sale_ms};
        }
        states.push_back(state);
    }
    return detection::judge_silences(book_, stores, silences, states);
}

Result<Detection::Prices> Detection::judge_prices(const detection::LinesByStore& stores,
                                                  std::int64_t since_us) {
    SHELFCAST_ASSIGN(const auto rows, queries::prices_asked(runner_, *date_ - 1, since_us));
    std::vector<detection::PriceAsked> asked;
    Prices prices;
    for (const queries::PriceRow& row : rows) {
        prices.answered.insert({.kind = detection::AnomalyKind::kPriceError,
                                .store = row.key.store,
                                .product_id = row.key.product_id});
        asked.push_back({.store = row.key.store,
                         .product_id = row.key.product_id,
                         .price = row.price,
                         .price_before = row.price_before,
                         .discounted = row.discounted,
                         .price_in_force = row.price_in_force,
                         .sold_at_ms = row.sold_at_ms});
    }
    prices.findings = detection::judge_prices(book_, stores, asked);
    return prices;
}

Status Detection::look(std::int64_t now_us, const std::stop_token& stop) {
    SHELFCAST_ASSIGN(const auto stores, queries::detection_stores(runner_, now_us));
    const auto clocks = clocks_of(stores, now_us / kMsUs);
    if (clocks.empty()) {
        return {};
    }
    const std::int32_t date = std::ranges::min(clocks, {}, &detection::StoreClock::date).date;
    SHELFCAST_TRY(learn(date));
    SHELFCAST_TRY(read_hours(date - 1));
    if (stop.stop_requested()) {
        return {};
    }
    std::vector<Finding> findings = detection::judge_stores(history_, clocks, last_sales_ms_);
    const auto add = [&](std::vector<Finding> more) {
        std::ranges::move(more, std::back_inserter(findings));
    };
    const auto lines = detection::lines_by_store(history_, clocks, date);
    SHELFCAST_ASSIGN(auto silent_tills, judge_tills());
    add(std::move(silent_tills));
    SHELFCAST_ASSIGN(const auto recent, read_recent(now_us));
    add(detection::judge_product_spikes(book_, lines, recent));
    add(detection::judge_returns(history_, clocks, book_, recent));
    SHELFCAST_ASSIGN(auto silences, judge_silences(lines));
    add(std::move(silences));
    SHELFCAST_ASSIGN(Prices prices, judge_prices(lines, looked_at_us_ - kOverlapUs));
    add(std::move(prices.findings));

    SHELFCAST_ASSIGN(const ColumnBlock rows, queries::open_incidents(runner_));
    const std::vector<detection::Incident> open = incidents_of(rows);
    add(detection::keep_unasked(open, prices.answered));
    const auto changed = detection::reconcile(open, findings, now_us / kMsUs);
    if (!changed.empty() && !stop.stop_requested()) {
        SHELFCAST_TRY(tables_.put_derived(
            kAnomaliesTable, anomaly_rows(changed, static_cast<std::uint64_t>(now_us))));
        log::info("detect", "incidents written changed={} open_before={}", changed.size(),
                  open.size());
    }
    looked_at_us_ = now_us;
    return {};
}

}  // namespace shelfcast::detect
