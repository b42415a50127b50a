#pragma once

/// \file benchmarks/till.h
/// Endless receipts at a steady rate, quick to make: ready messages in which only time and id are
/// written anew. Message n is a function of n alone, so that a repeat can be made at any time. Of
/// each 100 messages the last repeats one that was sent up to a day before, 2 happened 3 to 50
/// hours before they are sent, and one in 5,000 has a time that is none. Not thread safe.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "retail/decimal.h"
#include "retail/store_catalog.h"

namespace shelfcast::benchmarks {

/// What was sent, as the warehouse must come to count it.
struct Sent {
    std::uint64_t events = 0;  ///< Everything, the next two included.
    std::uint64_t duplicates = 0;
    std::uint64_t broken = 0;
    retail::Int128 revenue = 0;  ///< Net, ten-millionths, without the two.
};

class Till {
public:
    /// From `start_us`, UTC microseconds, on. At most 1,000,000 events per second.
    Till(std::int64_t start_us, std::uint64_t events_per_second);

    [[nodiscard]] static std::vector<retail::Store> stores();
    /// Appends the next messages as NDJSON.
    void append(std::string& body, std::uint64_t messages);
    [[nodiscard]] const Sent& sent() const noexcept { return sent_; }

private:
    struct Template {
        std::string text;  ///< With its newline.
        std::size_t time_at = 0;
        std::size_t id_at = 0;
        retail::Int128 revenue = 0;
    };
    const Template& append_message(std::string& body, std::uint64_t number);
    void write_time(char* to, std::int64_t time_ms);

    std::int64_t start_ms_;
    std::uint64_t rate_;
    std::vector<Template> templates_;
    Sent sent_;
    std::int64_t second_ = 0;  ///< Of second_text_.
    std::string second_text_;  ///< Times of one second differ in their last digits only.
};

}  // namespace shelfcast::benchmarks
