#pragma once

/// \file demand/group_days.h
/// Daily capped units of the groups that series belong to (store, product over stores, category,
/// everything), their trends and their weekdays. Pure.

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "demand/canonical_order.h"
#include "demand/series_history.h"

namespace shelfcast::demand {

inline constexpr std::int32_t kWeekDays = 7;

/// Monday is 0. `date`: days since 1970-01-01, a Thursday.
[[nodiscard]] constexpr std::int32_t weekday_of(std::int32_t date) noexcept {
    constexpr std::int32_t kThursday = 3;
    return ((date + kThursday) % kWeekDays + kWeekDays) % kWeekDays;
}

enum class Group : std::uint8_t { kStore, kProduct, kCategory, kTotal };
inline constexpr std::size_t kGroups = 4;

/// Of one group at one origin.
struct GroupTrend {
    double week_to_month = 1;     ///< Mean of 7 days over that of 28.
    double month_to_quarter = 1;  ///< Mean of 28 days over that of 91.
    double month_mean = 0;        ///< Units per day over 28 days.
    std::array<double, kWeekDays> weekday{1, 1, 1, 1, 1, 1, 1};  ///< Over 56 days; mean 1.
};

class GroupDays {
public:
    explicit GroupDays(const CanonicalOrder& order);

    /// Adds the series at `place` of the order; in that order.
    void add(std::size_t place, const SeriesHistory& history);
    /// After the last series.
    void finish();

    /// The trends of all groups of a kind at the end of `origin`.
    [[nodiscard]] const std::vector<GroupTrend>& trends(Group kind, std::int32_t origin);
    /// Which of them is that of the series at `place`.
    [[nodiscard]] std::size_t group_of(Group kind, std::size_t place) const;

private:
    [[nodiscard]] std::vector<GroupTrend> make_trends(Group kind, std::int32_t origin) const;

    const CanonicalOrder& order_;
    std::size_t days_;
    /// Per kind, group by group: sums up to each day, so that a window is one subtraction.
    std::array<std::vector<double>, kGroups> units_;
    std::array<std::vector<double>, kGroups> sums_;
    std::map<std::pair<Group, std::int32_t>, std::vector<GroupTrend>> cache_;
};

}  // namespace shelfcast::demand
