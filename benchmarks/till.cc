#include "benchmarks/till.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "base/check.h"
#include "retail/event_codec.h"
#include "retail/event_time.h"

namespace shelfcast::benchmarks {
namespace {

constexpr std::uint32_t kStores = 50;
constexpr std::uint64_t kTemplates = 8'192;
constexpr std::string_view kAnyTime = "2000-01-01T00:00:00.000Z";
constexpr std::string_view kNoTime = "a minute before closing ";
constexpr std::string_view kAnyId = "00000000-0000-0000-0000-000000000001";
constexpr std::uint64_t kDaySeconds = 86'400;

std::uint64_t mix(std::uint64_t x) {
    // SplitMix64 (Steele, Lea, Flood 2014): the dice of message x.
    x += 0x9e3779b97f4a7c15ULL;
    x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27U)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31U);
}

/// A UUID of version 7: milliseconds, the message's number, and its dice.
void write_id(char* to, std::int64_t time_ms, std::uint64_t number) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    const std::array<std::uint64_t, 2> halves = {
        (static_cast<std::uint64_t>(time_ms) << 16U) | 0x7000U | (number & 0xfffU),
        (mix(number) >> 2U) | (std::uint64_t{1} << 63U)};
    for (std::size_t digit = 0; digit < 32; ++digit) {
        if (digit == 8 || digit == 12 || digit == 16 || digit == 20) {
            ++to;
        }
        *to++ = kDigits[(halves[digit / 16] >> (60U - 4U * (digit % 16))) & 15U];
    }
}

bool is_repeat(std::uint64_t number) { return number % 100 == 99; }
bool is_late(std::uint64_t number) { return number % 50 == 7; }
bool is_broken(std::uint64_t number) { return number % 5'000 == 1'234; }

}  // namespace

Till::Till(std::int64_t start_us, std::uint64_t events_per_second)
    : start_ms_(start_us / 1000), rate_(events_per_second) {
    SHELFCAST_CHECK(rate_ >= 1 && rate_ <= 1'000'000);
    for (std::uint64_t i = 0; i < kTemplates; ++i) {
        const std::uint64_t dice = mix(i);
        const auto product = static_cast<std::uint32_t>((dice >> 8U) % 2'000);
        const std::int64_t type = i % 20 == 3 ? 2 : i % 20 == 9 ? 3 : 1;
        const auto units = static_cast<std::int64_t>(1 + (dice >> 24U) % 6);
        const auto cents = static_cast<std::int64_t>(50 + (dice >> 32U) % 5'000);
        Template made;
        retail::append_message(
            made.text,
            {.event_time = kAnyTime,
             .store_id = static_cast<std::uint32_t>(1 + i % kStores),
             .product_id = fmt::format("P{:05}", product),
             .category = fmt::format("Category {}", product % 20),
             .transaction_type = retail::to_string(static_cast<retail::TransactionType>(type)),
             .quantity = std::to_string(units),
             .unit_price = fmt::format("{}.{:02}", cents / 100, cents % 100),
             .event_id = kAnyId,
             .register_id = fmt::format("R{}", dice % 8),
             .basket_id = fmt::format("B{:08x}", dice >> 32U)});
        made.text += '\n';
        made.time_at = made.text.find(kAnyTime);
        made.id_at = made.text.find(kAnyId);
        const std::int64_t sign = type == 1 ? 1 : type == 2 ? -1 : 0;
        made.revenue = retail::Int128{sign * units * 1'000} * (cents * 100);
        templates_.push_back(std::move(made));
    }
}

std::vector<retail::Store> Till::stores() {
    constexpr std::array kZones = {"Europe/London", "America/New_York", "Asia/Shanghai"};
    std::vector<retail::Store> stores(kStores);
    for (std::uint32_t i = 0; i < kStores; ++i) {
        stores[i].id = StoreId{i + 1};
        stores[i].code = fmt::format("S{:03}", i + 1);
        stores[i].time_zone = kZones[i % kZones.size()];
        stores[i].currency = "EUR";
    }
    return stores;
}

void Till::write_time(char* to, std::int64_t time_ms) {
    if (second_text_.empty() || time_ms / 1000 != second_) {
        second_ = time_ms / 1000;
        second_text_ = retail::format_utc_ms(second_ * 1000);
        SHELFCAST_CHECK(second_text_.size() == kAnyTime.size());
    }
    std::memcpy(to, second_text_.data(), second_text_.size());
    const std::int64_t ms = time_ms % 1000;
    to[20] = static_cast<char>('0' + ms / 100);
    to[21] = static_cast<char>('0' + ms / 10 % 10);
    to[22] = static_cast<char>('0' + ms % 10);
}

const Till::Template& Till::append_message(std::string& body, std::uint64_t number) {
    const std::uint64_t dice = mix(number);
    const Template& made = templates_[dice % kTemplates];
    const std::int64_t sent_ms = start_ms_ + static_cast<std::int64_t>(number * 1'000 / rate_);
    const std::int64_t late_ms =
        is_late(number) ? static_cast<std::int64_t>(3 + (dice >> 16U) % 48) * 3'600'000 : 0;
    const std::size_t begin = body.size();
    body += made.text;
    char* const text = body.data() + begin;
    if (is_broken(number)) {
        std::ranges::copy(kNoTime, text + made.time_at);
    } else {
        write_time(text + made.time_at, sent_ms - late_ms);
    }
    write_id(text + made.id_at, sent_ms, number);
    return made;
}

void Till::append(std::string& body, std::uint64_t messages) {
    for (std::uint64_t i = 0; i < messages; ++i) {
        const std::uint64_t number = sent_.events++;
        if (is_repeat(number)) {
            // The 98th of some hundred, which is neither late nor broken nor itself a repeat.
            const std::uint64_t hundreds = std::min(number, rate_ * kDaySeconds) / 100;
            append_message(body, number - 1 - mix(number) % (hundreds + 1) * 100);
            ++sent_.duplicates;
            continue;
        }
        const Template& made = append_message(body, number);
        if (is_broken(number)) {
            ++sent_.broken;
        } else {
            sent_.revenue += made.revenue;
        }
    }
}

}  // namespace shelfcast::benchmarks
