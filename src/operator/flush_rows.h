#pragma once

/// \file operator/flush_rows.h
/// Collects what a stretch of the log becomes: accepted rows, rejections, and roll-up deltas that
/// are aggregated here, by the writer, so that no materialized view can fall out of step.
///
/// One owner, not thread safe. Reused from flush to flush: `take` empties it and keeps its buffers.

#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "retail/column_block.h"
#include "retail/event.h"
#include "retail/tables.h"
#include "retail/topic_codec.h"
#include "retail/topics.h"

namespace shelfcast::operators {

/// Where and when the log holds a message.
struct LogPosition {
    std::string_view topic;
    PartitionId partition;
    std::int64_t offset = 0;
    std::int64_t log_time_us = 0;
};

struct FoldCounts {
    std::uint64_t accepted = 0;
    std::uint64_t rejected = 0;  ///< Dead letters, without duplicates.
    std::uint64_t duplicates = 0;
    std::uint64_t late = 0;  ///< Accepted, but behind the watermark by more than the lateness.
    std::map<retail::RejectReason, std::uint64_t> reasons;

    [[nodiscard]] std::uint64_t total() const { return accepted + rejected + duplicates; }
    FoldCounts& operator+=(const FoldCounts& other);
};

/// The columns of an event that roll-ups need.
struct RollupInput {
    std::uint16_t business_date;
    std::uint32_t store_id;
    std::uint32_t hour_start_s;
    std::string_view product_id;
    std::string_view category;
    retail::TransactionType type;
    std::int64_t quantity_thousandths;
    retail::Int128 revenue_ten_millionths;  ///< Signed, as in the event row.
    std::int64_t event_time_ms;
};

/// Sums roll-up deltas per key: by hour and by product, from which days and months follow. Texts
/// are numbered, so that an event costs two look-ups of a text.
class RollupSums {
public:
    void add(const RollupInput& event);
    /// Adds every row of a block of that table, which may come from a lake file; no roll-up sums
    /// those of some tables.
    void add_rows(std::string_view table, const retail::ColumnBlock& rows);
    [[nodiscard]] std::size_t keys() const noexcept;
    /// Appends one row per key of that roll-up to a block of its columns.
    void append_to(std::string_view table, retail::ColumnBlock& block) const;
    /// Forgets all keys and texts; buffers stay.
    void clear();

private:
    struct Measures {
        std::uint64_t events = 0;
        std::uint64_t sales = 0;
        std::uint64_t returns = 0;
        std::uint64_t restocks = 0;
        retail::Int128 units_sold = 0;
        retail::Int128 units_returned = 0;
        retail::Int128 units_restocked = 0;
        retail::Int128 gross_revenue = 0;
        retail::Int128 returned_revenue = 0;
        std::int64_t last_event_time = std::numeric_limits<std::int64_t>::min();
        void add(const RollupInput& event);
        void add(const Measures& other);
    };
    struct StockMeasures {
        std::uint64_t events = 0;
        std::uint64_t counts = 0;
        retail::Int128 units_sold = 0;
        retail::Int128 units_returned = 0;
        retail::Int128 units_corrected = 0;
        retail::Int128 units_wasted = 0;
        retail::Int128 units_reserved = 0;
        retail::Int128 units_announced = 0;
        retail::Int128 units_arrived = 0;
        retail::Int128 units_short = 0;
        retail::Int128 first_count = 0;
        retail::Int128 last_count = 0;
        std::int64_t last_event_time = std::numeric_limits<std::int64_t>::min();
        void add(std::string_view word, std::int64_t quantity, std::int64_t event_time_ms);
    };
    struct Key {
        std::uint64_t high = 0;  ///< store << 32 | business date
        std::uint64_t low = 0;   ///< hour start, category, or product << 32 | category
        bool operator==(const Key&) const = default;
        static std::uint64_t high_of(std::uint32_t store, std::uint16_t date) {
            return std::uint64_t{store} << 32U | date;
        }
        [[nodiscard]] std::uint32_t store() const {
            return static_cast<std::uint32_t>(high >> 32U);
        }
        [[nodiscard]] std::uint16_t date() const { return static_cast<std::uint16_t>(high); }
        [[nodiscard]] std::uint32_t high_half() const {
            return static_cast<std::uint32_t>(low >> 32U);
        }
        [[nodiscard]] std::uint32_t low_half() const { return static_cast<std::uint32_t>(low); }
    };
    template <typename Sums>
    class Table {
    public:
        [[nodiscard]] std::size_t row_of(Key key);
        [[nodiscard]] std::size_t size() const noexcept { return rows_.size(); }
        [[nodiscard]] const Key& key(std::size_t row) const { return rows_[row].key; }
        [[nodiscard]] const Sums& measures(std::size_t row) const { return rows_[row].sums; }
        [[nodiscard]] Sums& measures(std::size_t row) { return rows_[row].sums; }
        void clear();

    private:
        struct Row {
            Key key;
            Sums sums;
        };
        void grow();
        std::vector<Row> rows_;
        std::vector<std::uint32_t> slots_;  ///< Row + 1, or 0.
    };
    class Texts {
    public:
        [[nodiscard]] std::uint32_t number_of(std::string_view text);
        [[nodiscard]] std::string_view text_of(std::uint32_t number) const {
            return texts_[number];
        }
        void clear();

    private:
        void grow();
        retail::TextColumn texts_;
        std::vector<std::uint64_t> slots_;  ///< Number + 1, or 0; above it half of the text's hash.
    };

    static void append_measures(const Measures& sums, std::size_t column,
                                retail::ColumnBlock& block);
    void append_daily(retail::ColumnBlock& block) const;
    void append_hourly(retail::ColumnBlock& block) const;
    void append_product(retail::ColumnBlock& block) const;
    void append_product_months(retail::ColumnBlock& block) const;
    void append_stock_days(retail::ColumnBlock& block) const;
    void add_events(const retail::ColumnBlock& events);
    void add_movements(std::string_view table, const retail::ColumnBlock& rows);

    Texts products_;
    Texts categories_;
    Table<Measures> hourly_;
    Table<Measures> product_;
    Table<StockMeasures> stock_;
};

/// The rows of a flush, one block per operator table, in the order of retail::operator_tables().
struct FlushOutput {
    std::vector<retail::ColumnBlock> blocks;
    FoldCounts counts;

    [[nodiscard]] const retail::ColumnBlock& block(std::string_view table) const;
    [[nodiscard]] std::map<std::string, std::uint64_t> row_table_counts() const;
    /// Of the row tables; equal for the same stretch of log folded again.
    [[nodiscard]] std::array<std::uint64_t, 2> content_hash() const;
};

/// Whether roll-up deltas are wanted beside the rows.
enum class Rollups : std::uint8_t { kMade, kLeftOut };

class FlushRows {
public:
    explicit FlushRows(Rollups rollups = Rollups::kMade);

    /// A receipt line of retail_events, or of sales-transactions, which no roll-up counts: the
    /// same sale comes through both.
    void add_event(const LogPosition& at, const retail::Event& event, bool late);
    void add_topic_event(const LogPosition& at, const retail::Topic& topic,
                         const retail::TopicEvent& event, bool late);
    void add_rejection(const LogPosition& at, retail::RejectReason reason, std::string_view detail,
                       std::string_view source, retail::EventUuid event_id, std::string_view raw);

    [[nodiscard]] std::size_t rows() const;
    /// The rows so far, with their roll-ups; leaves this empty.
    [[nodiscard]] FlushOutput take();

private:
    [[nodiscard]] retail::ColumnBlock& block_of(std::string_view table);
    void count_accepted(bool late);

    Rollups rollups_;
    std::vector<retail::ColumnBlock> blocks_;
    RollupSums sums_;
    FoldCounts counts_;
};

}  // namespace shelfcast::operators
