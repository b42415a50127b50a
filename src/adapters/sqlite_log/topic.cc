#include "adapters/sqlite_log/topic.h"

#include <algorithm>
#include <chrono>
#include <ranges>

namespace shelfcast::adapters::sqlite_log {

Result<std::optional<KeyedBatch>> find_key(const Topic& topic, const DayFiles& files,
                                           SharedCatalog& shared, PartitionId partition,
                                           std::string_view key) {
    for (const std::shared_ptr<DayFile>& file : files | std::views::reverse) {
        SHELFCAST_ASSIGN(const DayFile::Lease lease, file->lease());
        SHELFCAST_ASSIGN(std::optional<KeyedBatch> found, lease->find_key(partition, key));
        if (found) {
            return found;
        }
    }
    if (!shared.has_pruned_keys) {
        return std::nullopt;
    }
    const std::scoped_lock lock(shared.mutex);
    return shared.catalog.find_pruned_key(topic.name(), partition, key);
}

std::string day_of(std::int64_t time_us) {
    using namespace std::chrono;
    const year_month_day date(floor<days>(sys_time<microseconds>(microseconds(time_us))));
    return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

}  // namespace shelfcast::adapters::sqlite_log
