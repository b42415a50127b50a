#include "synthetic/baskets.h"

#include <algorithm>
#include <cmath>

#include "synthetic/id_text.h"

namespace shelfcast::synthetic {
namespace {

constexpr double kMeanLines = 2.6;  // of a basket
constexpr double kSameMission = 0.4;
constexpr std::int64_t kHourMs = 3'600'000;

bool is_silent(std::uint32_t register_number, int hour,
               std::span<const PlantedEvent* const> planted) {
    return std::ranges::any_of(planted, [&](const PlantedEvent* event) {
        return event->kind == PlantedKind::kSilentTill &&
               event->register_number == register_number && hour >= event->first_hour &&
               hour < event->end_hour;
    });
}

}  // namespace

void Baskets::draw_times(const OpeningHours& hours, std::int32_t date, Random& random) {
    // Arrivals of a Poisson process, given their number: spacings of exponential law, scaled.
    std::vector<double> arrivals;
    arrivals.reserve(baskets_.size());
    double at = 0;
    for (std::size_t i = 0; i < baskets_.size(); ++i) {
        at += random.exponential(1);
        arrivals.push_back(at);
    }
    at += random.exponential(1);
    // Time runs as fast as the shop is busy.
    const bool weekend = weekday_of(date) >= 5;
    double all_day = 0;
    for (int hour = hours.opens; hour < hours.closes; ++hour) {
        all_day += hour_shape(hour, weekend);
    }
    const double scale = all_day / at;
    int hour = hours.opens;
    double before = 0;
    double busy = hour_shape(hour, weekend);
    for (std::size_t i = 0; i < baskets_.size(); ++i) {
        const double arrival = arrivals[i] * scale;
        while (arrival >= before + busy && hour + 1 < hours.closes) {
            before += busy;
            busy = hour_shape(++hour, weekend);
        }
        const double into_hour = std::clamp((arrival - before) / busy, 0.0, 0.999'999);
        baskets_[i].local_ms = (std::int64_t{date} * 24 + hour) * kHourMs +
                               static_cast<std::int64_t>(into_hour * static_cast<double>(kHourMs));
    }
}

void Baskets::draw(const Chain& chain, std::uint32_t store, std::int32_t date,
                   double expected_lines, std::span<const PlantedEvent* const> planted,
                   Random& random) {
    constexpr double kTicketsPerMean = 4;
    const StoreProfile& profile = chain.profiles()[store];
    baskets_.assign(std::max<std::size_t>(1, static_cast<std::size_t>(expected_lines / kMeanLines)),
                    {});
    draw_times(chain.opening_hours(store, date), date, random);
    tickets_.clear();
    for (auto& tickets : tickets_of_mission_) {
        tickets.clear();
    }
    for (std::uint32_t i = 0; i < baskets_.size(); ++i) {
        Basket& basket = baskets_[i];
        basket.customer = draw_customer(profile.size, random);
        basket.register_number = 1 + random.below(profile.registers);
        const auto hour = static_cast<int>(basket.local_ms / kHourMs % 24);
        for (std::uint32_t step = 1;
             step < profile.registers && is_silent(basket.register_number, hour, planted); ++step) {
            basket.register_number = basket.register_number % profile.registers + 1;
        }
        const auto mission = random.below(kMissions);
        const auto tickets = 1 + static_cast<std::uint32_t>(random.exponential(kTicketsPerMean));
        tickets_.insert(tickets_.end(), tickets, i);
        tickets_of_mission_[mission].insert(tickets_of_mission_[mission].end(), tickets, i);
    }
}

std::uint32_t Baskets::pick(std::uint8_t mission, Random& random) const {
    const auto& same = tickets_of_mission_[mission];
    const auto& tickets = !same.empty() && random.chance(kSameMission) ? same : tickets_;
    return tickets[random.below(static_cast<std::uint32_t>(tickets.size()))];
}

}  // namespace shelfcast::synthetic
