#pragma once

/// \file synthetic/store_simulation.h
/// Plays the days of one store, in order: deliveries, customers, what they find on the shelves and
/// bring back, what spoils and what is stolen.
///
/// Stores do not touch each other: any thread may play any store, and the rows are the same. One
/// owner, not thread safe; the chain must outlive it.

#include <cstdint>
#include <string>
#include <vector>

#include "synthetic/baskets.h"
#include "synthetic/chain.h"
#include "synthetic/random.h"
#include "synthetic/rows.h"
#include "synthetic/shelf.h"
#include "synthetic/store_plan.h"

namespace shelfcast::synthetic {

class StoreSimulation {
public:
    /// Begins before the chain's first day, with empty shelves: they are filled by deliveries
    /// before the doors open for the first time.
    StoreSimulation(const Chain& chain, std::uint32_t store);

    /// The next day to be played; it may lie after the chain's last one.
    [[nodiscard]] std::int32_t date() const noexcept { return date_; }

    /// Plays that day and appends its rows: event rows all have that business date, in the order of
    /// their event times, with quantities and prices within the event contract.
    void simulate_day(DayRows& rows, LogStamp& log);

    /// Thousandths on the shelf, by product.
    [[nodiscard]] std::vector<std::int64_t> stock() const;

private:
    /// A receipt line or delivery before it is written.
    struct Line {
        std::uint32_t slot = 0;  ///< 0: before the doors open; else 1 + index of a basket.
        std::uint32_t product = 0;
        retail::TransactionType type = retail::TransactionType::kSale;
        std::int64_t quantity = 0;
        std::int64_t price = 0;
        std::int64_t list_price = 0;  ///< Above `price` while on offer.
        std::uint32_t customer = 0;   ///< Of a return.
    };
    /// A sale that will come back.
    struct PendingReturn {
        std::uint32_t product = 0;
        std::int64_t quantity = 0;
        std::int64_t price = 0;
        std::uint32_t customer = 0;
    };
    /// Effects of the planted events on one product's day.
    struct Planted {
        double demand = 1;
        double price = 1;
        bool emptied = false;  ///< The shelf is emptied this morning.
        bool hidden = false;   ///< The books are not corrected and nothing is ordered.
    };

    void begin_day();
    void begin_kinds();
    void play_product(std::uint32_t product, TruthRows& truth, retail::ColumnBlock& deliveries);
    [[nodiscard]] Planted planted_for(std::uint32_t product) const;
    void collect_moves(std::uint32_t product, const Planted& planted);
    /// Plays them in order of time; returns the open minutes without stock.
    [[nodiscard]] std::uint32_t play_moves(std::uint32_t product, TruthRow& row,
                                           retail::ColumnBlock& deliveries);
    void sell(Line line, TruthRow& row);
    void note_delivery(std::uint32_t product, retail::ColumnBlock& deliveries) const;
    [[nodiscard]] std::uint32_t fresh_days(std::uint32_t product);
    /// What happens after the doors close.
    void close_product(std::uint32_t product, const Planted& planted, TruthRow& row);
    [[nodiscard]] double expected_units(std::uint32_t product) const;
    [[nodiscard]] std::int64_t slot_local_ms(std::uint32_t slot) const;
    [[nodiscard]] std::uint64_t basket_number(std::uint32_t in_day) const;
    void write_lines(EventRows& events, LogStamp& log);
    void begin_slot(std::uint32_t slot);
    void write_line(const Line& line, std::uint32_t returns_before, EventRows& events,
                    LogStamp& log);

    const Chain& chain_;
    std::uint32_t store_;
    std::int32_t date_;
    StorePlan store_plan_;
    std::vector<Shelf> shelves_;
    std::vector<std::int64_t> costs_;  ///< By product, ten-thousandths of the store's currency.
    /// Ring by date; a return waits for the first open day from its date on.
    std::vector<std::vector<PendingReturn>> returns_;
    std::vector<const PlantedEvent*> store_events_;  ///< Of this store, by first date.

    // Of the day being played.
    Random random_;
    const WeekPlan* plan_ = nullptr;
    OpeningHours hours_;
    Baskets baskets_;
    std::vector<const PlantedEvent*> planted_today_;
    std::vector<double> factors_;                ///< Of demand, by kind.
    std::vector<std::string> promotions_;        ///< Id of a kind's offer.
    std::vector<std::uint8_t> planted_product_;  ///< 1: an event of today concerns it.
    std::vector<PendingReturn> returns_today_;   ///< By product.
    std::vector<std::uint32_t> first_return_;    ///< Into returns_today_, from 1; 0: none.
    std::vector<Line> lines_;
    std::vector<std::uint32_t> slot_begins_;
    std::vector<std::uint32_t> by_slot_;

    // Of the product being played.
    std::vector<Line> moves_;
    std::int64_t list_price_ = 0;

    // Of the slot being written.
    retail::Event event_;
    std::string register_;
    std::string customer_;
    std::string basket_;
};

}  // namespace shelfcast::synthetic
