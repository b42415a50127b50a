#include "api/screen_stamp.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "ports/http.h"
#include "retail/time_zone.h"

namespace shelfcast::api {
namespace {

constexpr std::int64_t kKeepUs = 250'000;
constexpr std::int64_t kHeardWithinMs = 24 * 3'600 * std::int64_t{1'000};
constexpr std::size_t kSilentShown = 100;

struct Silent {
    const retail::Store* store = nullptr;
    std::int64_t last_event_ms = 0;
};

std::string time_or_null(std::int64_t utc_ms) {
    return utc_ms == 0 ? "null" : ports::json_quoted(retail::format_utc_ms(utc_ms));
}

std::string through_json(const SpeedPosition& position, bool is_exact) {
    std::string offsets;
    for (const ports::EpochCut& end : position.ends) {
        offsets += fmt::format(R"({}{{"topic":{},"partition":{},"offset":{}}})",
                               offsets.empty() ? "" : ",", ports::json_quoted(end.topic),
                               end.partition.value, end.end_offset);
    }
    return fmt::format(R"({{"closed_epoch":{},"open_epoch":{},"offsets":[{}],"is_exact":{}}})",
                       position.closed.value, position.open.value, offsets, is_exact);
}

std::string completeness_json(std::vector<Silent> silent, std::size_t expected) {
    std::ranges::stable_sort(silent, {}, &Silent::last_event_ms);
    std::string list;
    for (std::size_t i = 0; i < std::min(silent.size(), kSilentShown); ++i) {
        list += fmt::format(R"({}{{"store_id":{},"store_name":{},"last_event_time":{}}})",
                            list.empty() ? "" : ",", silent[i].store->id.value,
                            ports::json_quoted(silent[i].store->name),
                            time_or_null(silent[i].last_event_ms));
    }
    return fmt::format(R"({{"stores_expected":{},"stores_heard":{},"silent":[{}]}})", expected,
                       expected - silent.size(), list);
}

}  // namespace

Result<SpeedPosition> ScreenStamps::position() {
    SpeedPosition at;
    SHELFCAST_ASSIGN(at.open, epochs_.open_epoch());
    SHELFCAST_ASSIGN(std::vector<EpochId> unclosed, epochs_.closing_epochs());
    unclosed.push_back(at.open);
    at.closed = EpochId{unclosed.front().value - 1};
    SHELFCAST_ASSIGN(at.ends, epochs_.written_ends());
    at.is_settled = true;
    for (const EpochId epoch : unclosed) {
        SHELFCAST_ASSIGN(const auto undone, epochs_.undone_flushes(epoch));
        at.is_settled = at.is_settled && undone.empty();
    }
    return at;
}

Result<ScreenMoment> ScreenStamps::look() {
    const std::scoped_lock lock(mutex_);
    SHELFCAST_ASSIGN(SpeedPosition now, position());
    SHELFCAST_ASSIGN(const CatalogVersion version, stores_.latest_version());
    const std::int64_t steady_us = clock_.steady_us();
    const bool is_same = last_ && last_->is_of_position && last_->position == now;
    ScreenMoment moment;
    if (last_ && (is_same || steady_us < last_at_us_ + kKeepUs)) {
        moment.watermarks = last_->watermarks;
        moment.is_of_position = is_same;
    } else {
        if (failure_ && steady_us < failed_until_us_) {
            return tl::unexpected(*failure_);
        }
        auto found = queries::store_watermarks(runner_);
        if (!found) {
            failure_ = found.error();
            failed_until_us_ = clock_.steady_us() + kKeepUs;
            return tl::unexpected(*failure_);
        }
        failure_.reset();
        moment.watermarks =
            std::make_shared<const std::vector<queries::StoreWatermark>>(*std::move(found));
        moment.is_of_position = now.is_settled;
        last_at_us_ = steady_us;
    }
    if (last_ && last_->catalog->version() == version) {
        moment.catalog = last_->catalog;
    } else {
        SHELFCAST_ASSIGN(auto catalog, stores_.catalog(version));
        moment.catalog = std::make_shared<const retail::StoreCatalog>(std::move(catalog));
    }
    moment.position = std::move(now);
    // Kept under the position that it was asked at: what moved meanwhile is another one.
    if (!last_ || moment.watermarks != last_->watermarks || moment.catalog != last_->catalog) {
        last_ = moment;
    }
    return moment;
}

ScreenStamp stamp_of(const ScreenMoment& moment, const ports::StoreScope& stores, bool is_exact) {
    ScreenStamp stamp;
    std::map<std::uint32_t, std::int64_t> heard;
    for (const queries::StoreWatermark& one : *moment.watermarks) {
        if (stores.sees(StoreId{one.store_id})) {
            stamp.as_of_ms = std::max(stamp.as_of_ms, one.last_event_ms);
            stamp.business_date = std::max(stamp.business_date, one.business_date);
            heard.emplace(one.store_id, one.last_event_ms);
        }
    }
    std::size_t expected = 0;
    std::vector<Silent> silent;
    for (const retail::Store& store : moment.catalog->stores()) {
        if (!stores.sees(store.id)) {
            continue;
        }
        ++expected;
        const auto found = heard.find(store.id.value);
        const std::int64_t last_ms = found == heard.end() ? 0 : found->second;
        if (last_ms == 0 || last_ms < stamp.as_of_ms - kHeardWithinMs) {
            silent.push_back({&store, last_ms});
        }
    }
    stamp.json = fmt::format(
        R"("as_of":{},"business_date":{},"through":{},"completeness":{})",
        time_or_null(stamp.as_of_ms),
        stamp.business_date == 0 ? "null"
                                 : ports::json_quoted(retail::format_date(stamp.business_date)),
        through_json(moment.position, is_exact), completeness_json(std::move(silent), expected));
    return stamp;
}

}  // namespace shelfcast::api
