#pragma once

/// \file api/screen_stamp.h
/// What an answer of the screens holds up to: as of which event, through which offsets, and from
/// which stores nothing was heard. Owned by the wiring. Thread safe.

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ports/clock.h"
#include "ports/operational_store.h"
#include "ports/query_runner.h"
#include "ports/store_scope.h"
#include "queries/screens.h"

namespace shelfcast::api {

/// How far the speed layer is.
struct SpeedPosition {
    EpochId closed;  ///< The last closed epoch; 0: none.
    EpochId open;
    std::vector<ports::EpochCut> ends;  ///< What is written down; one past the last offset.
    bool is_settled = false;            ///< The warehouse has all of it.
    bool operator==(const SpeedPosition&) const = default;
};

/// How things stood at one moment.
struct ScreenMoment {
    SpeedPosition position;
    /// Of the stores with events.
    std::shared_ptr<const std::vector<queries::StoreWatermark>> watermarks;
    std::shared_ptr<const retail::StoreCatalog> catalog;
    bool is_of_position = false;  ///< False: the watermarks may be up to a quarter second older.
};

/// The part of a moment that concerns some stores.
struct ScreenStamp {
    std::int64_t as_of_ms = 0;       ///< UTC; 0: no event.
    std::int32_t business_date = 0;  ///< The newest one, days since 1970-01-01; 0: no event.
    std::string json;                ///< Members of an object, without the braces.
};

class ScreenStamps {
public:
    /// The ports must outlive it.
    ScreenStamps(ports::EpochLedger& epochs, ports::StoreDirectory& stores,
                 ports::QueryRunner& runner, const ports::Clock& clock)
        : epochs_(epochs), stores_(stores), runner_(runner), clock_(clock) {}

    [[nodiscard]] Result<SpeedPosition> position();
    /// The warehouse is asked at most four times a second, however many look.
    [[nodiscard]] Result<ScreenMoment> look();

private:
    ports::EpochLedger& epochs_;
    ports::StoreDirectory& stores_;
    ports::QueryRunner& runner_;
    const ports::Clock& clock_;
    std::mutex mutex_;
    std::optional<ScreenMoment> last_;  ///< Guarded by mutex_, as is the next.
    std::int64_t last_at_us_ = 0;       ///< Steady.
    /// Of the last question, for those who waited for it: a hanging warehouse is waited for once.
    std::optional<Error> failure_;
    std::int64_t failed_until_us_ = 0;  ///< Steady.
};

/// `is_exact`: whether nothing moved while the rows were read.
[[nodiscard]] ScreenStamp stamp_of(const ScreenMoment& moment, const ports::StoreScope& stores,
                                   bool is_exact);

}  // namespace shelfcast::api
