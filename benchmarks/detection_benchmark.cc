/// How well the detectors find what is planted, and how often they cry wolf.
///
///     detection_benchmark RESULT.json chain STORES PRODUCTS DAYS SEED...
///     detection_benchmark RESULT.json sales SALES.csv SHORTAGES.csv COUNTRY LEARNING_DAYS SEED...
///
/// Plays each seed's synthetic chain, or real sales with each seed's faults planted in them (files
/// as of read_sales; an empty word for no shortages), looks every half hour as the product does,
/// and writes: per kind precision, recall, F1 and time to detect, and false alarms per store and
/// week. With SHELFCAST_DETECTION_MISSES=1 each miss and false alarm goes to standard error.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "base/check.h"
#include "benchmarks/detection_chain.h"
#include "benchmarks/detection_sales.h"
#include "detection/statistics.h"

namespace {

using namespace shelfcast;

std::string report(const benchmarks::Outcomes& outcomes, double store_weeks) {
    std::string out;
    std::uint64_t wrong = 0;
    for (const auto& [kind, outcome] : outcomes) {
        const auto right = static_cast<double>(outcome.right_alarms);
        const double alarms = right + static_cast<double>(outcome.false_alarms);
        const double precision = alarms == 0 ? 0 : right / alarms;
        const auto recall = [](std::uint64_t found, std::uint64_t of) {
            return of == 0 ? 0 : static_cast<double>(found) / static_cast<double>(of);
        };
        const double of_all = recall(outcome.found, outcome.planted);
        const double of_visible = recall(outcome.visible_found, outcome.visible);
        const auto f1 = [&](double share) {
            return precision + share == 0 ? 0 : 2 * precision * share / (precision + share);
        };
        wrong += outcome.false_alarms;
        out += fmt::format(
            R"(  "{}": {{"planted": {}, "found": {}, "visible": {}, "visible_found": {}, )"
            R"("false_alarms": {}, "not_planted_but_true": {}, "precision": {:.3f}, )"
            R"("recall": {:.3f}, "f1": {:.3f}, "f1_of_all_planted": {:.3f}, )"
            R"("median_hours_to_detect": {:.1f}}},)"
            "\n",
            kind, outcome.planted, outcome.found, outcome.visible, outcome.visible_found,
            outcome.false_alarms, outcome.true_besides, precision, of_visible, f1(of_visible),
            f1(of_all), detection::median(outcome.hours));
    }
    return fmt::format(
        "{{\n{}  \"store_weeks\": {:.0f},\n  \"false_alarms_per_store_and_week\": {:.4f}\n}}\n",
        out, store_weeks, static_cast<double>(wrong) / store_weeks);
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> words(argv + 1, argv + argc);
    SHELFCAST_CHECK(words.size() > 5);
    const auto number = [&](std::size_t i) {
        return static_cast<std::uint32_t>(std::strtoul(words[i].c_str(), nullptr, 10));
    };
    const bool tell = std::getenv("SHELFCAST_DETECTION_MISSES") != nullptr;
    benchmarks::Outcomes outcomes;
    double store_weeks = 0;
    if (words[1] == "chain") {
        for (std::size_t i = 5; i < words.size(); ++i) {
            store_weeks += benchmarks::play_chain(
                {.stores = number(2), .products = number(3), .days = number(4), .seed = number(i)},
                tell, outcomes);
        }
    } else {
        SHELFCAST_CHECK(words[1] == "sales" && words.size() > 6);
        const benchmarks::RealSales sales = benchmarks::read_sales(words[2], words[3]);
        for (std::size_t i = 6; i < words.size(); ++i) {
            store_weeks +=
                benchmarks::play_sales(sales,
                                       {.country = words[4],
                                        .learning_days = static_cast<std::int32_t>(number(5)),
                                        .seed = number(i)},
                                       tell, outcomes);
        }
    }
    const std::string text = report(outcomes, store_weeks);
    std::ofstream(words[0]) << text;
    fmt::print("{}", text);
    return 0;
}
