/// How well the detectors find what is planted in the synthetic chain, and how often they cry wolf.
///
///     detection_benchmark FOLDER STORES PRODUCTS DAYS SEED...
///
/// Plays each seed's chain, looks every half hour as the product does, and writes
/// FOLDER/detection.json: per kind precision, recall, F1 and time to detect, and false alarms per
/// store and week. With SHELFCAST_DETECTION_MISSES=1 each miss and false alarm goes to standard
/// error.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "base/check.h"
#include "benchmarks/detection_play.h"
#include "detection/statistics.h"

namespace {

using namespace shelfcast;
using benchmarks::Outcome;

std::string report(const std::map<std::string, Outcome>& outcomes, double store_weeks) {
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
    constexpr int kFirstSeed = 5;
    SHELFCAST_CHECK(argc > kFirstSeed);
    const auto number = [&](int i) {
        return static_cast<std::uint32_t>(std::strtoul(argv[i], nullptr, 10));
    };
    std::map<std::string, Outcome> outcomes;
    double store_weeks = 0;
    for (int i = kFirstSeed; i < argc; ++i) {
        store_weeks += benchmarks::play_chain(
            {.stores = number(2), .products = number(3), .days = number(4), .seed = number(i)},
            std::getenv("SHELFCAST_DETECTION_MISSES") != nullptr, outcomes);
    }
    const std::string text = report(outcomes, store_weeks);
    std::ofstream(std::filesystem::path(argv[1]) / "detection.json") << text;
    fmt::print("{}", text);
    return 0;
}
