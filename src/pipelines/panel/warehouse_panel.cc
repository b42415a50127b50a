#include "pipelines/panel/warehouse_panel.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "queries/stock.h"
#include "retail/time_zone.h"

namespace shelfcast::panel {
namespace {

using demand::kUnknown;

/// Rows of one answer are held at once: this bounds them.
constexpr std::uint64_t kEntriesAtOnce = 2'000'000;

/// Numbers names in the order of their first appearance.
class Names {
public:
    explicit Names(std::vector<std::string>& names) : names_(names) {}

    std::uint32_t number_of(std::string_view name) {
        const auto [at, added] =
            numbers_.try_emplace(std::string(name), static_cast<std::uint32_t>(names_.size()));
        if (added) {
            names_.emplace_back(name);
        }
        return at->second;
    }

private:
    std::vector<std::string>& names_;
    std::unordered_map<std::string, std::uint32_t> numbers_;
};

class Builder {
public:
    explicit Builder(const PanelQuestion& question)
        : question_(question),
          products_(made_.panel.names.products),
          categories_(made_.panel.names.categories),
          brands_(made_.panel.names.brands),
          regions_(made_.panel.names.regions) {
        for (Names* const names : {&categories_, &brands_, &regions_}) {
            names->number_of("");  // 0: none.
        }
    }

    void note(std::vector<queries::PanelProduct> products) {
        for (queries::PanelProduct& product : products) {
            kinds_.emplace(
                std::move(product.product_id),
                Kind{categories_.number_of(product.category), brands_.number_of(product.brand)});
        }
    }
    void note(const std::vector<queries::StoreDate>& holidays) {
        for (const queries::StoreDate& holiday : holidays) {
            holidays_[holiday.store].insert(holiday.date);
        }
    }
    void note(const demand::DayHours& sold_by_hour) { made_.panel.sold_by_hour = sold_by_hour; }
    void note(const retail::StoreCatalog& catalog) {
        for (const retail::Store& store : catalog.stores()) {
            region_of_.emplace(store.id, regions_.number_of(store.region));
        }
    }
    void note(std::vector<retail::LocalEvent> events) {
        for (retail::LocalEvent& event : events) {
            events_[event.store].insert_or_assign(event.date, std::move(event.name));
        }
    }
    void note(const std::vector<retail::DayWeather>& weather, const retail::StoreCatalog& catalog) {
        const auto hundredths = [](std::optional<std::int32_t> value) {
            return value ? static_cast<float>(*value) / 100 : kUnknown;
        };
        for (const retail::DayWeather& day : weather) {
            const retail::TimeZone* const zone = catalog.time_zone(day.store);
            const bool is_forecast =
                zone != nullptr &&
                zone->local_day(day.given_at_us / 1'000).business_date <= day.date;
            if (day.date <= question_.dates.last || is_forecast) {
                weather_[day.store].emplace(
                    day.date, demand::PanelWeather{hundredths(day.temperature_centidegrees),
                                                   hundredths(day.precipitation_hundredths_mm)});
            }
        }
    }

    void take(const queries::PanelDay& day) {
        const bool same =
            open_ && made_.stores.back() == day.store && products_name() == day.product_id;
        if (!same) {
            end_series();
            if (day.units <= 0) {
                return;  // Out of stock before it ever sold: nothing to learn from.
            }
            begin_series(day);
        }
        fill_until(day.date);
        append(static_cast<float>(day.units),
               day.units > 0 ? static_cast<float>(day.price) : made_.panel.price.back(),
               day.is_promoted, day.stock_out_mask);
        if (day.units > 0) {
            last_sale_ = day.date;
        }
    }

    WarehousePanel finish() {
        end_series();
        return std::move(made_);
    }

private:
    struct Kind {
        std::uint32_t category = 0;
        std::uint32_t brand = 0;
    };

    [[nodiscard]] demand::PanelSeries& series() { return made_.panel.series.back(); }
    [[nodiscard]] const std::string& products_name() {
        return made_.panel.names.products[series().product];
    }
    [[nodiscard]] std::int32_t next_date() {
        return series().first_date + static_cast<std::int32_t>(series().days);
    }

    void begin_series(const queries::PanelDay& day) {
        if (made_.stores.empty() || made_.stores.back() != day.store) {
            made_.stores.push_back(day.store);
            made_.panel.names.stores.push_back(std::to_string(day.store.value));
            const auto holidays = holidays_.find(day.store);
            store_holidays_ = holidays == holidays_.end() ? nullptr : &holidays->second;
            if (!events_.empty() || !weather_.empty()) {
                made_.panel.store_days.push_back(days_of(day.store));
            }
        }
        const auto kind = kinds_.find(std::string(day.product_id));
        const auto region = region_of_.find(day.store);
        demand::PanelSeries begun;
        begun.store = static_cast<std::uint32_t>(made_.stores.size() - 1);
        begun.product = products_.number_of(day.product_id);
        if (kind != kinds_.end()) {
            begun.category = kind->second.category;
            begun.brand = kind->second.brand;
        }
        begun.region = region == region_of_.end() ? 0 : region->second;
        begun.first_date = day.date;
        begun.first_day = made_.panel.units.size();
        made_.panel.series.push_back(begun);
        open_ = true;
    }

    [[nodiscard]] bool is_holiday(std::int32_t date) const {
        return store_holidays_ != nullptr && store_holidays_->contains(date);
    }
    [[nodiscard]] bool is_event(std::int32_t date) const {
        return !made_.panel.store_days.empty() &&
               made_.panel.store_days.back().events.contains(date);
    }

    /// Its own events before those of every store.
    demand::StoreDays days_of(StoreId store) {
        std::map<std::int32_t, std::string> names = events_[store];
        names.insert(events_[StoreId{0}].begin(), events_[StoreId{0}].end());
        demand::StoreDays days;
        for (auto& [date, name] : names) {
            if (!name.empty()) {  // Else it was taken back.
                days.events.emplace(date, demand::PanelEvent{std::move(name), is_holiday(date)});
            }
        }
        days.weather = std::move(weather_[store]);
        return days;
    }

    void append(float units, float price, bool promoted, std::uint32_t mask) {
        demand::DailyPanel& panel = made_.panel;
        const bool known = next_date() <= question_.dates.last;
        panel.units.push_back(known ? units : kUnknown);
        panel.price.push_back(known ? price : kUnknown);
        panel.promo.push_back(known ? static_cast<float>(promoted) : kUnknown);
        panel.holiday.push_back(is_holiday(next_date()) || is_event(next_date()) ? 1.0F : 0.0F);
        panel.stock_out_mask.push_back(known ? mask : 0);
        panel.has_stock_outs = panel.has_stock_outs || mask != 0;
        ++series().days;
    }

    void fill_until(std::int32_t date) {
        while (next_date() < date) {
            append(0, made_.panel.price.empty() ? kUnknown : made_.panel.price.back(), false, 0);
        }
    }

    void end_series() {
        if (!std::exchange(open_, false)) {
            return;
        }
        demand::DailyPanel& panel = made_.panel;
        if (last_sale_ < question_.sold_since) {
            const std::size_t keep = series().first_day;
            panel.units.resize(keep);
            panel.price.resize(keep);
            panel.promo.resize(keep);
            panel.holiday.resize(keep);
            panel.stock_out_mask.resize(keep);
            panel.series.pop_back();
            return;
        }
        fill_until(question_.dates.last + static_cast<std::int32_t>(question_.days_ahead) + 1);
    }

    const PanelQuestion& question_;
    WarehousePanel made_;
    Names products_;
    Names categories_;
    Names brands_;
    Names regions_;
    std::unordered_map<std::string, Kind> kinds_;
    std::map<StoreId, std::uint32_t> region_of_;
    std::map<StoreId, std::set<std::int32_t>> holidays_;
    std::map<StoreId, std::map<std::int32_t, std::string>> events_;
    std::map<StoreId, std::map<std::int32_t, demand::PanelWeather>> weather_;
    const std::set<std::int32_t>* store_holidays_ = nullptr;
    bool open_ = false;  ///< The last series still takes days.
    std::int32_t last_sale_ = 0;
};

}  // namespace

demand::KnownAhead known_ahead() noexcept { return {.holiday = true}; }

Result<WarehousePanel> read_panel(const PanelPorts& ports, const PanelQuestion& question,
                                  const std::stop_token& stop) {
    const queries::DateRange with_days_ahead = {
        question.dates.first, question.dates.last + static_cast<std::int32_t>(question.days_ahead)};
    Builder builder(question);
    SHELFCAST_ASSIGN(const retail::StoreCatalog catalog, ports.stores.catalog(std::nullopt));
    builder.note(catalog);
    SHELFCAST_ASSIGN(auto products, queries::panel_products(ports.warehouse, question.dates));
    builder.note(std::move(products));
    SHELFCAST_ASSIGN(const auto holidays,
                     queries::panel_holidays(ports.warehouse, with_days_ahead));
    builder.note(holidays);
    SHELFCAST_ASSIGN(
        const demand::DayHours hours,
        queries::panel_hours(
            ports.warehouse,
            {question.dates.first,
             question.dates.last - static_cast<std::int32_t>(question.days_held_back)}));
    builder.note(hours);
    if (ports.store_days != nullptr) {
        SHELFCAST_ASSIGN(auto events, ports.store_days->local_events());
        builder.note(std::move(events));
    }
    if (ports.store_days != nullptr && question.with_weather) {
        SHELFCAST_ASSIGN(const auto weather,
                         ports.store_days->weather({with_days_ahead.first, with_days_ahead.last}));
        builder.note(weather, catalog);
    }
    SHELFCAST_ASSIGN(const std::vector<queries::StoreRange> ranges,
                     queries::stock_stores(ports.warehouse, kEntriesAtOnce));
    for (const queries::StoreRange& range : ranges) {
        if (stop.stop_requested()) {
            return fail(ErrorKind::kUnavailable, "stopped before every store was read");
        }
        SHELFCAST_TRY(queries::panel_days(ports.warehouse, range, question.dates,
                                          [&](const auto& day) { builder.take(day); }));
    }
    return builder.finish();
}

Result<std::int32_t> settle_cutoff(ports::QueryRunner& warehouse, std::int64_t now_us,
                                   std::optional<std::int32_t> wished) {
    SHELFCAST_ASSIGN(const queries::PanelDates dates, queries::panel_dates(warehouse, now_us));
    if (dates.last_date == 0) {
        return fail(ErrorKind::kInvalidInput,
                    "there are no sales of a business date that is over: import some, or wait "
                    "until the first day ends");
    }
    if (!wished) {
        return dates.last_date;
    }
    if (*wished > dates.last_over) {
        return fail(ErrorKind::kInvalidInput,
                    "{} is not over in every store: the last business date that is, is {}",
                    retail::format_date(*wished), retail::format_date(dates.last_over));
    }
    if (*wished < dates.first_date) {
        return fail(ErrorKind::kInvalidInput, "{} is before the first sale, on {}",
                    retail::format_date(*wished), retail::format_date(dates.first_date));
    }
    return *wished;
}

}  // namespace shelfcast::panel
