#pragma once

/// \file benchmarks/detection_sales.h
/// Plays real sales before the detectors, with faults planted in them.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "benchmarks/detection_faults.h"
#include "benchmarks/detection_shop.h"

namespace shelfcast::benchmarks {

struct RealSales {
    std::vector<std::string> stores;  ///< Codes.
    std::vector<ShopProduct> products;
    std::vector<ShopLine> lines;  ///< In order of time, which is the stores' own, taken for UTC.
    bool of_hours = false;        ///< A line is what was sold in an hour.
    /// Of some product, store and date the hours (bit h: hour h) without goods.
    struct Shortage {
        std::int32_t date = 0;
        std::uint32_t store = 0;
        std::uint32_t product = 0;
        std::uint32_t hours = 0;
    };
    std::vector<Shortage> shortages;  ///< By date; none: there are no books.
};

/// Reads CSV with a header: event_time (ms), store_id, product_id, category, transaction_type,
/// quantity, unit_price, in order of time; and date (days since 1970), store_id, product_id, hours,
/// in order of date, if that is not empty. Stops the program on anything else.
[[nodiscard]] RealSales read_sales(const std::filesystem::path& sales,
                                   const std::filesystem::path& shortages);

struct RealPlay {
    std::string country;
    std::int32_t learning_days = 0;
    std::uint64_t seed = 0;
};

/// Adds to `outcomes`; returns the weeks judged, times stores. Nobody knows what is unusual in real
/// sales: whatever was not planted counts as a false alarm.
double play_sales(const RealSales& sales, const RealPlay& options, bool tell, Outcomes& outcomes);

}  // namespace shelfcast::benchmarks
