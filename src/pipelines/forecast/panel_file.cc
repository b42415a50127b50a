#include "pipelines/forecast/panel_file.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

#include "pipelines/forecast/file_rows.h"
#include "retail/time_zone.h"
#include "retail/utf8.h"

namespace shelfcast::forecast {
namespace {

using demand::DailyPanel;
using demand::kUnknown;

enum Column : std::uint8_t {
    kDate,
    kStore,
    kProduct,
    kUnits,
    kCategory,
    kBrand,
    kCity,
    kPrice,
    kPromo,
    kHoliday,
    kMask,
    kColumns
};
constexpr std::array<std::string_view, kColumns> kColumnNames = {
    "date", "store_id", "product_id", "units",   "category",      "brand",
    "city", "price",    "promo",      "holiday", "stockout_mask",
};
constexpr std::size_t kNeeded = 4;
constexpr std::uint32_t kMaskLimit = 1U << 24U;  ///< One bit an hour.

/// Texts to numbers, in order of first appearance.
class NameTable {
public:
    /// Number 0 is "none" where `has_none`.
    NameTable(std::vector<std::string>& names, bool has_none) : names_(names) {
        if (has_none) {
            number("");
        }
    }
    std::uint32_t number(std::string_view text) {
        if (text == last_text_ && !names_.empty()) {
            return last_;
        }
        const auto [entry, is_new] =
            numbers_.try_emplace(std::string(text), static_cast<std::uint32_t>(names_.size()));
        if (is_new) {
            names_.emplace_back(text);
        }
        last_text_ = entry->first;
        last_ = entry->second;
        return last_;
    }

private:
    std::vector<std::string>& names_;
    std::unordered_map<std::string, std::uint32_t> numbers_;
    std::string_view last_text_;  ///< Of a key of the map: those do not move.
    std::uint32_t last_ = 0;
};

std::uint64_t pair_key(std::uint32_t store, std::uint32_t product) {
    return (std::uint64_t{store} << 32U) | product;
}

struct DayRow {
    std::uint32_t series = 0;
    std::int32_t date = 0;
    float units = kUnknown;
    float price = kUnknown;
    float promo = kUnknown;
    float holiday = kUnknown;
    std::uint32_t mask = 0;
};

std::optional<std::int32_t> date_of(std::string_view text) {
    constexpr std::size_t kDigits = 10;
    constexpr std::string_view kMidnight = "00:00:00";
    const std::string_view day = text.substr(0, std::min(text.size(), kDigits));
    std::string_view rest = text.substr(day.size());
    if (!rest.empty()) {
        if ((rest.front() != ' ' && rest.front() != 'T') ||
            !rest.substr(1).starts_with(kMidnight)) {
            return std::nullopt;
        }
        rest = rest.substr(1 + kMidnight.size());
        if (rest.find_first_not_of(".0Z") != std::string_view::npos) {
            return std::nullopt;
        }
    }
    return retail::parse_date(day);
}

std::optional<float> number_of(std::string_view text) {
    if (text == "true") {
        return 1.0F;
    }
    if (text == "false") {
        return 0.0F;
    }
    float value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) {
        return std::nullopt;
    }
    return value;
}

std::optional<std::uint32_t> mask_of(std::string_view text) {
    const std::optional<float> value = number_of(text);
    if (!value || *value < 0 || *value >= static_cast<float>(kMaskLimit) ||
        *value != std::floor(*value)) {
        return std::nullopt;
    }
    return static_cast<std::uint32_t>(*value);  // Exact: floats hold whole numbers up to 2^24.
}

/// Judges rows and gathers them; the panel is laid out once every date is known.
class PanelBuilder {
public:
    PanelBuilder(std::string path, std::array<std::optional<std::size_t>, kColumns> column_of)
        : path_(std::move(path)), column_of_(column_of) {}

    Status add(const FileRows& row) {
        DayRow day;
        const auto date = date_of(cell(row, kDate));
        if (!date) {
            return refuse(row, kDate);
        }
        day.date = *date;
        if (cell(row, kProduct).empty()) {
            return refuse(row, kProduct);
        }
        SHELFCAST_TRY(read_number(row, kUnits, day.units));
        SHELFCAST_TRY(read_number(row, kPrice, day.price));
        SHELFCAST_TRY(read_number(row, kPromo, day.promo));
        SHELFCAST_TRY(read_number(row, kHoliday, day.holiday));
        if (const std::string_view text = cell(row, kMask); !text.empty()) {
            const auto mask = mask_of(text);
            if (!mask) {
                return refuse(row, kMask);
            }
            day.mask = *mask;
        }
        if (day.units < 0) {
            day.units = 0;
            ++negative_;
        }
        has_zero_ = has_zero_ || day.units == 0;
        day.series = series_of(row);
        rows_.push_back(day);
        return {};
    }

    Result<PanelFile> finish() {
        if (rows_.empty()) {
            return fail(ErrorKind::kInvalidInput, "{}: has no rows", path_);
        }
        SHELFCAST_TRY(lay_out());
        SHELFCAST_TRY(fill());
        add_remarks();
        return std::move(out_);
    }

private:
    [[nodiscard]] std::string_view cell(const FileRows& row, Column column) const {
        const auto index = column_of_[column];
        return index ? row.cells()[*index] : std::string_view();
    }

    [[nodiscard]] Status refuse(const FileRows& row, Column column) const {
        return fail(ErrorKind::kInvalidInput, "{}: row {}: {} '{}' is none", path_, row.number(),
                    kColumnNames[column], retail::printable(cell(row, column)));
    }

    Status read_number(const FileRows& row, Column column, float& out) const {
        const std::string_view text = cell(row, column);
        if (text.empty()) {
            return {};
        }
        const auto value = number_of(text);
        if (!value) {
            return refuse(row, column);
        }
        out = *value;
        return {};
    }

    std::uint32_t series_of(const FileRows& row) {
        const std::uint32_t store = stores_.number(cell(row, kStore));
        const std::uint32_t product = products_.number(cell(row, kProduct));
        const auto [entry, is_new] = series_.try_emplace(
            pair_key(store, product), static_cast<std::uint32_t>(panel().series.size()));
        if (is_new) {
            panel().series.push_back({.store = store,
                                      .product = product,
                                      .category = categories_.number(cell(row, kCategory)),
                                      .brand = brands_.number(cell(row, kBrand)),
                                      .region = regions_.number(cell(row, kCity))});
        }
        return entry->second;
    }

    /// Gives every series its days, from its first date to its last.
    Status lay_out() {
        std::vector<std::int32_t> last(panel().series.size(),
                                       std::numeric_limits<std::int32_t>::min());
        for (demand::PanelSeries& series : panel().series) {
            series.first_date = std::numeric_limits<std::int32_t>::max();
        }
        out_.first_date = rows_.front().date;
        out_.last_date = rows_.front().date;
        for (const DayRow& row : rows_) {
            std::int32_t& first = panel().series[row.series].first_date;
            first = std::min(first, row.date);
            last[row.series] = std::max(last[row.series], row.date);
            out_.first_date = std::min(out_.first_date, row.date);
            out_.last_date = std::max(out_.last_date, row.date);
        }
        if (out_.last_date - out_.first_date >= kMaxSeriesDays) {
            return fail(ErrorKind::kInvalidInput,
                        "{}: dates from {} to {} are more than {} days: one of them is a mistake",
                        path_, retail::format_date(out_.first_date),
                        retail::format_date(out_.last_date), kMaxSeriesDays);
        }
        std::size_t days = 0;
        for (std::size_t i = 0; i < panel().series.size(); ++i) {
            demand::PanelSeries& series = panel().series[i];
            series.first_day = days;
            series.days = static_cast<std::size_t>((has_zero_ ? last[i] : out_.last_date) -
                                                   series.first_date) +
                          1;
            days += series.days;
        }
        for (auto* column : {&panel().units, &panel().price, &panel().promo, &panel().holiday}) {
            column->assign(days, kUnknown);
        }
        panel().stock_out_mask.assign(days, 0);
        return {};
    }

    Status fill() {
        std::vector<bool> has_row(panel().units.size());
        for (const DayRow& row : rows_) {
            const demand::PanelSeries& series = panel().series[row.series];
            const std::size_t at =
                series.first_day + static_cast<std::size_t>(row.date - series.first_date);
            if (has_row[at]) {
                return fail(ErrorKind::kInvalidInput,
                            "{}: date {} of store_id '{}', product_id '{}' is there twice, again "
                            "in row {}",
                            path_, retail::format_date(row.date),
                            panel().names.stores[series.store],
                            panel().names.products[series.product], &row - rows_.data() + 1);
            }
            has_row[at] = true;
            panel().units[at] = row.units;
            panel().price[at] = row.price;
            panel().promo[at] = row.promo;
            panel().holiday[at] = row.holiday;
            panel().stock_out_mask[at] = row.mask;
            panel().has_stock_outs = panel().has_stock_outs || row.mask != 0;
        }
        gaps_ = static_cast<std::size_t>(std::ranges::count(has_row, false));
        for (std::size_t at = 0; !has_zero_ && at < has_row.size(); ++at) {
            panel().units[at] = has_row[at] ? panel().units[at] : 0.0F;
        }
        return {};
    }

    void add_remarks() {
        if (negative_ > 0) {
            out_.remarks.push_back(
                fmt::format("{} rows have units below 0: they count as 0", negative_));
        }
        if (gaps_ > 0) {
            out_.remarks.push_back(
                has_zero_
                    ? fmt::format("{} days inside series have no row: not known", gaps_)
                    : fmt::format("no row has 0 units: {} days without a row count as 0", gaps_));
        }
    }

    DailyPanel& panel() { return out_.panel; }

    std::string path_;
    std::array<std::optional<std::size_t>, kColumns> column_of_;
    PanelFile out_;
    NameTable stores_{out_.panel.names.stores, false};
    NameTable products_{out_.panel.names.products, false};
    NameTable categories_{out_.panel.names.categories, true};
    NameTable brands_{out_.panel.names.brands, true};
    NameTable regions_{out_.panel.names.regions, true};
    std::unordered_map<std::uint64_t, std::uint32_t> series_;
    std::vector<DayRow> rows_;
    std::size_t negative_ = 0;
    std::size_t gaps_ = 0;
    bool has_zero_ = false;
};

/// Index of each name in the file's columns that are read; the others are remarked on.
Result<std::array<std::optional<std::size_t>, kColumns>> choose_columns(
    const std::string& path, FileRows& rows, std::vector<std::string>& remarks) {
    std::array<std::optional<std::size_t>, kColumns> out;
    std::vector<std::string> wanted;
    for (std::size_t column = 0; column < kColumns; ++column) {
        const bool is_there =
            std::ranges::find(rows.columns(), kColumnNames[column]) != rows.columns().end();
        if (is_there) {
            out[column] = wanted.size();
            wanted.emplace_back(kColumnNames[column]);
        } else if (column < kNeeded) {
            return fail(ErrorKind::kInvalidInput, "{}: has no column {}; it has {}", path,
                        kColumnNames[column], fmt::join(rows.columns(), ", "));
        }
    }
    for (const std::string& column : rows.columns()) {
        if (std::ranges::find(kColumnNames, column) == kColumnNames.end() &&
            (column != "stockout_hours" || !out[kMask])) {
            remarks.push_back(fmt::format("column {} is ignored", retail::printable(column)));
        }
    }
    SHELFCAST_TRY(rows.select(std::move(wanted)));
    return out;
}

}  // namespace

Result<PanelFile> read_panel(const std::string& path, ports::TableFileReader& tables,
                             const std::stop_token& stop) {
    SHELFCAST_ASSIGN(const auto rows, open_rows(path, tables));
    std::vector<std::string> remarks;
    SHELFCAST_ASSIGN(const auto column_of, choose_columns(path, *rows, remarks));
    PanelBuilder builder(path, column_of);
    for (;;) {  // ends with the file
        SHELFCAST_ASSIGN(const bool more, rows->next(stop));
        if (!more) {
            break;
        }
        SHELFCAST_TRY(builder.add(*rows));
    }
    SHELFCAST_ASSIGN(PanelFile file, builder.finish());
    file.remarks.insert(file.remarks.begin(), remarks.begin(), remarks.end());
    return file;
}

Result<std::vector<std::size_t>> read_series(const std::string& path,
                                             ports::TableFileReader& tables,
                                             const DailyPanel& panel, const std::stop_token& stop) {
    std::map<std::pair<std::string_view, std::string_view>, std::size_t> index_of;
    for (std::size_t i = 0; i < panel.series.size(); ++i) {
        index_of[{panel.names.stores[panel.series[i].store],
                  panel.names.products[panel.series[i].product]}] = i;
    }
    SHELFCAST_ASSIGN(const auto rows, open_rows(path, tables));
    for (const std::string_view column : {kColumnNames[kStore], kColumnNames[kProduct]}) {
        if (std::ranges::find(rows->columns(), column) == rows->columns().end()) {
            return fail(ErrorKind::kInvalidInput, "{}: has no column {}; it has {}", path, column,
                        fmt::join(rows->columns(), ", "));
        }
    }
    SHELFCAST_TRY(rows->select({"store_id", "product_id"}));
    std::vector<std::size_t> out;
    std::vector<bool> chosen(panel.series.size());
    for (;;) {  // ends with the file
        SHELFCAST_ASSIGN(const bool more, rows->next(stop));
        if (!more) {
            break;
        }
        const auto found = index_of.find({rows->cells()[0], rows->cells()[1]});
        const bool is_known = found != index_of.end();
        if (!is_known || chosen[found->second]) {
            return fail(ErrorKind::kInvalidInput,
                        "{}: row {}: the series of store_id '{}', product_id '{}' is {}", path,
                        rows->number(), retail::printable(rows->cells()[0]),
                        retail::printable(rows->cells()[1]),
                        is_known ? "there twice" : "not in the panel");
        }
        chosen[found->second] = true;
        out.push_back(found->second);
    }
    if (out.empty()) {
        return fail(ErrorKind::kInvalidInput, "{}: names no series", path);
    }
    return out;
}

}  // namespace shelfcast::forecast
