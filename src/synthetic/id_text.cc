#include "synthetic/id_text.h"

#include "base/result.h"
#include "synthetic/catalogue.h"

namespace shelfcast::synthetic {

std::string register_text(std::uint32_t number) {
    return number == 0 ? std::string() : fmt::format("R{}", number);
}

std::string customer_text(StoreId store, std::uint32_t customer) {
    return customer == 0 ? std::string() : fmt::format("C{:05}{:05}", store.value, customer);
}

std::string basket_text(std::uint64_t basket) { return fmt::format("B{:012x}", basket); }

std::string promotion_text(std::int32_t week, std::uint8_t kind) {
    return fmt::format("P{}-{}", week, kinds()[kind].code);
}

retail::EventUuid event_id_at(std::int64_t utc_ms, Random& random) noexcept {
    return {static_cast<std::uint64_t>(utc_ms) << 16U | 0x7000U | (random.next() & 0xFFFU),
            0x8000'0000'0000'0000U | random.next() >> 2U};
}

std::uint32_t draw_customer(double store_size, Random& random) noexcept {
    constexpr double kKnownShare = 0.6;  // of baskets
    constexpr double kOfAverageStore = 4000;
    if (!random.chance(kKnownShare)) {
        return 0;
    }
    const double rank = random.unit();
    return 1 + static_cast<std::uint32_t>(kOfAverageStore * store_size * rank * rank);
}

std::int64_t draw_quantity(std::uint8_t kind, Random& random) noexcept {
    constexpr std::int64_t kUnit = 1000;
    constexpr std::int64_t kMostUnits = 12;
    if (kinds()[kind].by_weight) {
        // 150 g to 1.3 kg, as the scale shows it: in steps of 5 g. Mean 0.72 kg.
        return 150 + 5 * static_cast<std::int64_t>(random.below(229));
    }
    std::int64_t units = 1;
    while (units < kMostUnits && random.chance(kinds()[kind].many_units)) {
        ++units;
    }
    return units * kUnit;
}

}  // namespace shelfcast::synthetic
