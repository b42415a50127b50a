#pragma once

/// \file benchmarks/detection_faults.h
/// What was planted, which incidents are due to it, and faults to plant in receipt lines.

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "benchmarks/detection_shop.h"
#include "detection/finding.h"
#include "detection/incidents.h"

namespace shelfcast::benchmarks {

/// Of one kind, over all that was played.
struct Outcome {
    std::uint64_t planted = 0;  ///< Within the days that are judged.
    std::uint64_t found = 0;
    std::uint64_t visible = 0;  ///< Of those planted: what the lines could show (is_visible).
    std::uint64_t visible_found = 0;
    std::uint64_t right_alarms = 0;
    std::uint64_t false_alarms = 0;
    std::uint64_t true_besides = 0;  ///< Not planted, or of another kind, and yet true.
    std::vector<double> hours;       ///< From the beginning to the alarm, of those found.
};
using Outcomes = std::map<std::string, Outcome>;

struct Fault {
    std::string kind;
    detection::Subject subject;
    std::uint32_t store = 0;
    std::uint32_t product = 0;
    std::uint32_t till = 0;
    std::int64_t begin_ms = 0;
    std::int64_t end_ms = 0;
    std::int32_t first_date = 0;
    std::int32_t last_date = 0;
    double size = 1;      ///< Times so much; of unusual returns, the lines.
    bool counts = false;  ///< Begins on a day that is judged.
    bool lasts = false;   ///< Goes on until the shelf has goods again.
    bool over = false;    ///< Of one that lasts.
    bool found = false;
    double per_day = 0;    ///< Usual sale lines.
    double wanted = 0;     ///< By customers, and what they got: of a product, while it lasts.
    double got = 0;        ///< Of a wrong price, the times that it was paid.
    double meanwhile = 0;  ///< Baskets, of a silent till; lines lost, of a silent store.
    double tills = 1;      ///< Of the store.
    double books = 0;      ///< Units of the product that the books had at its end.
    [[nodiscard]] bool holds_at(std::int64_t time_ms) const {
        return begin_ms <= time_ms && time_ms < end_ms;
    }
};

/// "store_spike", "product_drop", "price_error", …
[[nodiscard]] std::string kind_of(const detection::Subject& subject);

/// What could be seen: a product that sells 12 lines in that time (the limits ask for as many), a
/// spike of which the shelf could serve half, a wrong price that somebody paid, a till that would
/// have had 12 baskets, a store that would have had 60 lines, a product that came back 12 times;
/// every other fault of a store.
[[nodiscard]] bool is_visible(const Fault& fault);

/// Compares incidents with faults; nothing counts before the judged days.
class FaultBook {
public:
    FaultBook(std::int32_t judged_from, bool tell) : judged_from_(judged_from), tell_(tell) {}

    /// A fault of which `counts` says nothing yet.
    void add(Fault fault);
    [[nodiscard]] std::span<Fault> all() { return faults_; }
    /// `true_besides`: true though nobody planted it.
    void judge(const detection::Incident& incident, std::int32_t date, bool true_besides,
               Outcomes& outcomes);
    /// Counts what was planted and found; once.
    void close(Outcomes& outcomes) const;

private:
    std::vector<Fault> faults_;
    std::int32_t judged_from_;
    bool tell_;
};

/// Brings a day's lines, in order of time, to what they are with those faults; counts in them what
/// is_visible() asks. The same `seed` alters the same lines alike. Faults of prices, products on
/// sale and tills too; of what comes in nothing is altered.
[[nodiscard]] std::vector<ShopLine> with_faults(std::vector<ShopLine> lines,
                                                std::span<Fault* const> faults, std::uint64_t seed);

}  // namespace shelfcast::benchmarks
