#pragma once

/// \file pipelines/produce/floor_messages.h
/// What a shop has to tell beside its receipts: people at the door and their baskets, deliveries
/// announced and arrived, prices and offers, counts, waste and reservations; as messages of the
/// other topics.
///
/// Everything follows from the seed and the calls. One owner, not thread safe.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "base/ids.h"
#include "synthetic/random.h"

namespace shelfcast::produce {

/// A line that was handed in as a receipt; quantities in thousandths, prices in ten-thousandths.
struct FloorLine {
    StoreId store;
    std::string_view product_id;
    std::int64_t time_ms = 0;
    std::int64_t quantity = 0;
    std::int64_t price = 0;
    std::string_view promotion_id;  ///< Empty: the regular price.
};

class FloorMessages {
public:
    explicit FloorMessages(std::uint64_t seed) : random_(seed) {}

    /// A sale or return; `message`: as it went to retail_events.
    void receipt_line(std::string_view message);
    /// Told when it is another one than was told last; for a sale, and just before it.
    void price(const FloorLine& line);
    /// Announced the day before, now and then with more than comes.
    void delivery(const FloorLine& line);
    void basket(StoreId store, std::int64_t time_ms, std::uint32_t lines,
                std::string_view basket_id, std::string_view customer_id);
    /// `type`: COUNT, WASTE, RESERVE or RELEASE.
    void inventory_update(const FloorLine& line, std::string_view type, std::string_view reason);

    /// The messages so far, one per line, by topic; leaves none.
    [[nodiscard]] std::map<std::string_view, std::string> take() {
        return std::exchange(messages_, {});
    }

    [[nodiscard]] synthetic::Random& random() noexcept { return random_; }

private:
    void begin(std::string_view topic, std::int64_t time_ms, StoreId store);
    void text(std::string_view name, std::string_view value);
    void number(std::string_view name, std::int64_t value, int scale);
    void end();

    synthetic::Random random_;
    std::map<std::string_view, std::string> messages_;
    std::string* out_ = nullptr;  ///< Of the message being written.
    std::map<std::pair<StoreId, std::string>, std::int64_t> told_prices_;
};

}  // namespace shelfcast::produce
