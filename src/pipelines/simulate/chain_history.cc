#include "pipelines/simulate/chain_history.h"

#include <algorithm>
#include <condition_variable>
#include <numeric>
#include <span>
#include <utility>

#include "base/log.h"
#include "retail/time_zone.h"

namespace shelfcast::simulate {
namespace {

/// Events of days that are over still come: from tills that were cut off, from imports.
constexpr std::int64_t kOldestUs = 15LL * 60 * 1'000'000;

Result<std::shared_ptr<const ChainHistory>> read_history(const panel::PanelPorts& sales,
                                                         std::int32_t last_date,
                                                         const std::stop_token& stop) {
    const auto days = static_cast<std::int32_t>(kKeptDays);
    SHELFCAST_ASSIGN(
        const panel::WarehousePanel read,
        panel::read_panel(sales,
                          {.dates = {last_date - days + 1, last_date},
                           .days_held_back = kMostReplayedDays,
                           .sold_since = last_date - static_cast<std::int32_t>(kMostReplayedDays)},
                          stop));
    auto history = std::make_shared<ChainHistory>();
    history->columns.last_date = last_date;
    if (read.panel.series.empty()) {
        return history;
    }
    std::vector<std::size_t> all(read.panel.series.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    SHELFCAST_ASSIGN(history->columns,
                     policy::demand_columns(read.panel, all, {.replayed_days = kMostReplayedDays}));
    for (const demand::PanelSeries& series : read.panel.series) {
        history->stores.push_back(read.store_of(series));
    }
    return history;
}

}  // namespace

Result<replenishment::DemandColumns> ChainHistory::of_store(StoreId store) const {
    const auto [first, last] = std::ranges::equal_range(stores, store);
    if (first == last) {
        return fail(ErrorKind::kNotFound, "store {} sold nothing in the {} days up to {}",
                    store.value, kMostReplayedDays, retail::format_date(columns.last_date));
    }
    const replenishment::DemandColumns& all = columns.demand;
    const auto from = static_cast<std::size_t>(first - stores.begin());
    replenishment::DemandColumns out{.series = static_cast<std::size_t>(last - first),
                                     .days = all.days,
                                     .units = {},
                                     .unit_price = {}};
    const auto units = std::span(all.units).subspan(from * all.days, out.series * all.days);
    out.units.assign(units.begin(), units.end());
    const auto prices = std::span(all.unit_price).subspan(from, out.series);
    out.unit_price.assign(prices.begin(), prices.end());
    return out;
}

std::shared_ptr<const ChainHistory> HistoryKeeper::kept() {
    const std::scoped_lock lock(mutex_);
    return kept_;
}

Result<HistoryKeeper::Moment> HistoryKeeper::now() {
    Moment moment;
    SHELFCAST_ASSIGN(moment.epoch, ports_.open_epoch());
    SHELFCAST_ASSIGN(moment.last_date, panel::settle_cutoff(ports_.sales.warehouse,
                                                            ports_.clock.now_us(), std::nullopt));
    return moment;
}

Status HistoryKeeper::refresh(const std::stop_token& stop) {
    const std::scoped_lock reading(reading_);
    SHELFCAST_ASSIGN(const Moment moment, now());
    {
        const std::scoped_lock lock(mutex_);
        const bool is_fresh = ports_.clock.steady_us() - read_at_us_ < kOldestUs;
        if (read_at_ == moment && is_fresh && !kept_->stores.empty()) {
            return {};
        }
    }
    SHELFCAST_ASSIGN(auto read, read_history(ports_.sales, moment.last_date, stop));
    const std::scoped_lock lock(mutex_);
    kept_ = std::move(read);
    read_at_ = moment;
    read_at_us_ = ports_.clock.steady_us();
    return {};
}

Result<std::shared_ptr<const ChainHistory>> HistoryKeeper::history(const std::stop_token& stop) {
    auto there = kept();
    if (there && !there->stores.empty()) {
        return there;
    }
    SHELFCAST_TRY(refresh(stop));
    return kept();
}

void HistoryKeeper::keep_ready(std::chrono::milliseconds pause, const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any wake;
    bool is_said = false;
    while (!stop.stop_requested()) {
        const Status read = refresh(stop);
        // Before the first sale there is nothing to keep.
        const bool is_fault = !read && read.error().kind != ErrorKind::kInvalidInput;
        if (is_fault && !is_said && !stop.stop_requested()) {
            log::warning("simulate", "history not read, trying again error=\"{}\"",
                         read.error().message);
        }
        is_said = is_fault;
        std::unique_lock lock(mutex);
        wake.wait_for(lock, stop, pause, [] { return false; });
    }
}

}  // namespace shelfcast::simulate
