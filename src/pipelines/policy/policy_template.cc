#include "pipelines/policy/policy_template.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

#include "pipelines/forecast/file_rows.h"
#include "retail/time_zone.h"

namespace shelfcast::policy {
namespace {

enum Column : std::uint8_t {
    kCutoff,
    kStore,
    kProduct,
    kPack,
    kMinimum,
    kUnitCost,
    kMargin,
    kHolding,
    kOrderCost,
    kShelfLife,
    kLeadTime,
    kLeadTimeSd,
    kColumns
};
constexpr std::array<std::string_view, kColumns> kColumnNames = {"cutoff",
                                                                 "store_id",
                                                                 "product_id",
                                                                 "pack_size_units",
                                                                 "minimum_order_units",
                                                                 "unit_cost",
                                                                 "lost_margin_per_unit",
                                                                 "holding_cost_per_unit_day",
                                                                 "order_cost",
                                                                 "shelf_life_days",
                                                                 "lead_time_days",
                                                                 "lead_time_sd_days"};

struct Bounds {
    double least = 0;
    double most = 1e9;
    bool whole = false;
};
constexpr std::array<Bounds, kColumns> kBounds = {{{},
                                                   {},
                                                   {},
                                                   {.least = 1, .whole = true},
                                                   {.least = 0, .whole = true},
                                                   {},
                                                   {},
                                                   {},
                                                   {},
                                                   {.most = 100'000, .whole = true},
                                                   {.most = replenishment::kMaxLeadTimeDays},
                                                   {.most = replenishment::kMaxLeadTimeDays}}};

Result<double> number_of(const forecast::FileRows& rows, std::size_t column,
                         const std::string& path) {
    const std::string_view text = rows.cells()[column];
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const Bounds& bounds = kBounds[column];
    if (error != std::errc() || end != text.data() + text.size() || !(value >= bounds.least) ||
        value > bounds.most || (bounds.whole && value != std::floor(value))) {
        return fail(ErrorKind::kInvalidInput, "{} row {}: {} '{}' is no {} from {} to {}", path,
                    rows.number(), kColumnNames[column], text,
                    bounds.whole ? "whole number" : "number", bounds.least, bounds.most);
    }
    return value;
}

/// Names to the panel's series.
class SeriesIndex {
public:
    explicit SeriesIndex(const demand::DailyPanel& panel) {
        for (std::size_t series = 0; series < panel.series.size(); ++series) {
            const demand::PanelSeries& of = panel.series[series];
            series_.emplace(
                std::pair(panel.names.stores[of.store], panel.names.products[of.product]), series);
        }
    }
    [[nodiscard]] std::optional<std::size_t> find(std::string_view store,
                                                  std::string_view product) const {
        const auto found = series_.find(std::pair(std::string(store), std::string(product)));
        return found == series_.end() ? std::nullopt : std::optional(found->second);
    }

private:
    std::map<std::pair<std::string, std::string>, std::size_t> series_;
};

class TemplateBuilder {
public:
    TemplateBuilder(const std::string& path, const demand::DailyPanel& panel)
        : path_(path), index_(panel) {}

    Status add(const forecast::FileRows& rows) {
        const auto cells = rows.cells();
        const auto cutoff = retail::parse_date(cells[kCutoff].substr(0, 10));
        if (!cutoff) {
            return fail(ErrorKind::kInvalidInput, "{} row {}: cutoff '{}' is no date YYYY-MM-DD",
                        path_, rows.number(), cells[kCutoff]);
        }
        const auto series = index_.find(cells[kStore], cells[kProduct]);
        if (!series) {
            return fail(ErrorKind::kInvalidInput,
                        "{} row {}: store {} product {} is not in the panel", path_, rows.number(),
                        cells[kStore], cells[kProduct]);
        }
        std::array<double, kColumns> values{};
        for (std::size_t column = kPack; column < kColumns; ++column) {
            SHELFCAST_ASSIGN(values[column], number_of(rows, column, path_));
        }
        const replenishment::ItemTerms terms{
            .pack_units = static_cast<std::int64_t>(values[kPack]),
            .minimum_order_units = static_cast<std::int64_t>(values[kMinimum]),
            .unit_cost = values[kUnitCost],
            .lost_margin_per_unit = values[kMargin],
            .holding_cost_per_unit_day = values[kHolding],
            .order_cost = values[kOrderCost],
            .shelf_life_days = static_cast<std::size_t>(values[kShelfLife])};
        return take(rows.number(), *cutoff, *series, terms,
                    std::pair(values[kLeadTime], values[kLeadTimeSd]));
    }

    Result<PolicyTemplate> build() {
        if (out_.items.empty()) {
            return fail(ErrorKind::kInvalidInput, "{}: no row", path_);
        }
        for (const auto& [cutoff, series] : seen_) {
            out_.cutoffs.push_back(cutoff);
            if (series.size() != out_.items.size()) {
                return fail(ErrorKind::kInvalidInput, "{}: cut-off {} has {} of {} series", path_,
                            retail::format_date(cutoff), series.size(), out_.items.size());
            }
        }
        return std::move(out_);
    }

private:
    Status take(std::uint64_t row, std::int32_t cutoff, std::size_t series,
                const replenishment::ItemTerms& terms, std::pair<double, double> lead_time) {
        if (!seen_[cutoff].insert(series).second) {
            return fail(ErrorKind::kInvalidInput, "{} row {}: this cut-off and series came before",
                        path_, row);
        }
        if (out_.items.empty()) {
            std::tie(out_.lead_time_days, out_.lead_time_sd_days) = lead_time;
        }
        if (lead_time != std::pair(out_.lead_time_days, out_.lead_time_sd_days)) {
            return fail(ErrorKind::kInvalidInput,
                        "{} row {}: lead time {} days, deviation {}; rows before have {} and {}",
                        path_, row, lead_time.first, lead_time.second, out_.lead_time_days,
                        out_.lead_time_sd_days);
        }
        const auto [entry, is_new] = items_.try_emplace(series, out_.items.size());
        if (is_new) {
            out_.items.push_back({.series = series, .terms = terms});
        } else if (!(out_.items[entry->second].terms == terms)) {
            return fail(ErrorKind::kInvalidInput,
                        "{} row {}: this series had other terms at a cut-off before", path_, row);
        }
        return {};
    }

    const std::string& path_;
    SeriesIndex index_;
    PolicyTemplate out_;
    std::unordered_map<std::size_t, std::size_t> items_;
    std::map<std::int32_t, std::set<std::size_t>> seen_;
};

}  // namespace

Result<PolicyTemplate> read_template(const std::string& path, ports::TableFileReader& tables,
                                     const demand::DailyPanel& panel, const std::stop_token& stop) {
    SHELFCAST_ASSIGN(const auto rows, forecast::open_rows(path, tables));
    for (const std::string_view name : kColumnNames) {
        if (std::ranges::find(rows->columns(), name) == rows->columns().end()) {
            return fail(ErrorKind::kInvalidInput, "{}: no column {}", path, name);
        }
    }
    SHELFCAST_TRY(rows->select({kColumnNames.begin(), kColumnNames.end()}));
    TemplateBuilder builder(path, panel);
    while (true) {
        SHELFCAST_ASSIGN(const bool more, rows->next(stop));
        if (!more) {
            return builder.build();
        }
        SHELFCAST_TRY(builder.add(*rows));
    }
}

}  // namespace shelfcast::policy
