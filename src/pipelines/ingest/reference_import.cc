#include "pipelines/ingest/reference_import.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <map>
#include <set>
#include <span>
#include <tuple>
#include <utility>

#include "pipelines/ingest/store_resolver.h"
#include "pipelines/ingest/text_table.h"
#include "retail/decimal.h"
#include "retail/item_terms.h"
#include "retail/product.h"
#include "retail/utf8.h"
#include "retail/zone_country.h"

namespace shelfcast::ingest {
namespace {

using retail::Product;
using retail::SalesTarget;
using retail::Store;

constexpr std::size_t kMaxNamedFaults = 1'000;
constexpr std::size_t kMaxTextBytes = 500;
constexpr std::uint32_t kFirstCreatedStore = 1001;
constexpr std::uint32_t kMaxDays = 36'500;
constexpr std::uint32_t kMaxCount = 1'000'000'000;

constexpr std::array<std::pair<ReferenceTable, std::string_view>, 6> kNames = {
    {{ReferenceTable::kProducts, "products"},
     {ReferenceTable::kStores, "stores"},
     {ReferenceTable::kSalesTargets, "sales_targets"},
     {ReferenceTable::kItemTerms, "item_terms"},
     {ReferenceTable::kLocalEvents, "local_events"},
     {ReferenceTable::kWeather, "weather"}}};

constexpr std::array<std::string_view, 3> kStoreColumns = {"store", "store_id", "store_code"};

/// What a figure may be.
struct Bounds {
    double least = 0;
    double most = 0;
};
// Beyond what was ever measured on Earth.
constexpr Bounds kTemperatureCelsius = {-100, 70};
constexpr Bounds kPrecipitationMm = {0, 2'000};

/// The cells of one row by column name; what is wrong with them is noted.
class RowCells {
public:
    RowCells(TextTable& table, const std::map<std::string, std::size_t, std::less<>>& places,
             const TextTable::Row& row)
        : table_(table), places_(places), row_(row) {}

    [[nodiscard]] bool has(std::string_view column) const {
        const auto place = places_.find(column);
        return place != places_.end() && row_.cells[place->second].has_value();
    }
    [[nodiscard]] const std::string& raw(std::string_view column) const {
        static const std::string kAbsent;
        return has(column) ? *row_.cells[places_.find(column)->second] : kAbsent;
    }
    void fault(std::string_view column, std::string_view why) {
        is_good_ = false;
        table_.faults.push_back({row_.number, fmt::format("{} \"{}\": {}", column,
                                                          retail::printable(raw(column)), why)});
    }
    [[nodiscard]] bool is_good() const { return is_good_; }
    [[nodiscard]] std::uint64_t number() const { return row_.number; }

    // Each of these leaves `value` as it is when the file has no such column.
    void text(std::string_view column, std::string& value) {
        if (!has(column)) {
            return;
        }
        value = raw(column);
        if (value.size() > kMaxTextBytes) {
            fault(column, fmt::format("longer than {} bytes", kMaxTextBytes));
        }
    }
    void whole(std::string_view column, std::uint32_t least, std::uint32_t most,
               std::uint32_t if_empty, std::uint32_t& value) {
        std::int64_t number = if_empty;
        if (has(column) && (raw(column).empty() || decimal(column, 0, most, number))) {
            if (number < least) {
                fault(column, fmt::format("less than {}", least));
            }
            value = static_cast<std::uint32_t>(std::max<std::int64_t>(number, 0));
        }
    }
    void money(std::string_view column, std::int64_t& value) {
        std::int64_t number = 0;
        if (has(column) && (raw(column).empty() || decimal(column, retail::UnitPrice::kScale,
                                                           retail::UnitPrice::kMax, number))) {
            if (number < 0) {
                fault(column, "less than 0");
            }
            value = number;
        }
    }
    /// An empty cell is nothing.
    void term(const retail::ItemTermSpec& spec, std::optional<std::int64_t>& value) {
        if (!has(spec.name)) {
            return;
        }
        value.reset();
        std::int64_t number = 0;
        if (raw(spec.name).empty() || !decimal(spec.name, spec.scale, spec.most, number)) {
            return;
        }
        if (number < spec.least) {
            fault(spec.name, fmt::format("less than {}",
                                         retail::format_decimal(spec.least, spec.scale, true)));
        }
        value = number;
    }
    void degrees(std::string_view column, double most, double& value) {
        if (has(column)) {
            value = number_in(column, {-most, most}).value_or(0);
        }
    }
    /// Rounded; an empty cell is nothing.
    void hundredths(std::string_view column, const Bounds& bounds,
                    std::optional<std::int32_t>& value) {
        if (const auto number = number_in(column, bounds)) {
            value = static_cast<std::int32_t>(std::lround(*number * 100));
        }
    }
    void date(std::string_view column, std::int32_t& value) {
        const std::string& text = raw(column);
        const auto digits = [&](std::size_t begin, std::size_t count) {
            unsigned number = 0;
            const char* const last = text.data() + begin + count;
            const auto [end, error] = std::from_chars(text.data() + begin, last, number);
            return error == std::errc{} && end == last ? number : 0U;
        };
        if (text.size() == 10 && text[4] == '-' && text[7] == '-') {
            const std::chrono::year_month_day day{std::chrono::year{static_cast<int>(digits(0, 4))},
                                                  std::chrono::month{digits(5, 2)},
                                                  std::chrono::day{digits(8, 2)}};
            if (day.ok() && day.year() >= std::chrono::year{2000} &&
                day.year() < std::chrono::year{2100}) {
                value = static_cast<std::int32_t>(
                    std::chrono::sys_days{day}.time_since_epoch().count());
                return;
            }
        }
        fault(column, "no date YYYY-MM-DD from 2000 to 2099");
    }

private:
    /// Nothing in an empty cell, or in a wrong one, which is noted.
    std::optional<double> number_in(std::string_view column, const Bounds& bounds) {
        const std::string& text = raw(column);
        if (text.empty()) {
            return std::nullopt;
        }
        double number = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (error != std::errc{} || end != text.data() + text.size() ||
            !(number >= bounds.least && number <= bounds.most)) {
            fault(column, fmt::format("no number from {} to {}", bounds.least, bounds.most));
            return std::nullopt;
        }
        return number;
    }
    bool decimal(std::string_view column, int scale, std::int64_t most, std::int64_t& value) {
        switch (retail::parse_decimal(raw(column), scale, most, value)) {
            case retail::DecimalFault::kNone:
                return true;
            case retail::DecimalFault::kNotANumber:
                fault(column, "no decimal number");
                break;
            case retail::DecimalFault::kTooManyDigits:
                fault(column, scale == 0 ? std::string("no whole number")
                                         : fmt::format("more than {} decimals", scale));
                break;
            case retail::DecimalFault::kOutOfRange:
                fault(column, "out of range");
                break;
        }
        return false;
    }

    TextTable& table_;
    const std::map<std::string, std::size_t, std::less<>>& places_;
    const TextTable::Row& row_;
    bool is_good_ = true;
};

/// Keys seen so far; a second row with the same one is wrong.
template <typename Key>
class Keys {
public:
    void add(RowCells& cells, std::string_view column, const Key& key) {
        if (const auto [first, added] = rows_.emplace(key, cells.number()); !added) {
            cells.fault(column, fmt::format("already in row {}", first->second));
        }
    }

private:
    std::map<Key, std::uint64_t> rows_;
};

using Columns = std::map<std::string, std::size_t, std::less<>>;

Columns places_of(const TextTable& table) {
    Columns places;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        places.emplace(table.columns[i], i);
    }
    return places;
}

Status need(const Columns& places, std::span<const std::string_view> one_of,
            const TextTable& table) {
    if (std::ranges::any_of(one_of, [&](std::string_view name) { return places.contains(name); })) {
        return {};
    }
    return fail(ErrorKind::kInvalidInput, "there is no column {}, only {}",
                fmt::join(one_of, " or "), fmt::join(table.columns, ", "));
}

std::vector<std::string> ignored(const TextTable& table, std::span<const std::string_view> known) {
    std::vector<std::string> names;
    for (const std::string& column : table.columns) {
        if (std::ranges::find(known, column) == known.end()) {
            names.push_back(column);
        }
    }
    return names;
}

// All that is wrong, in the order of the rows.
Status check_faults(TextTable& table) {
    if (table.faults.empty()) {
        return {};
    }
    std::ranges::stable_sort(table.faults, {}, &RowFault::row);
    std::set<std::uint64_t> rows;
    std::string lines;
    for (std::size_t i = 0; i < table.faults.size(); ++i) {
        rows.insert(table.faults[i].row);
        if (i < kMaxNamedFaults) {
            lines += fmt::format("\n  row {}: {}", table.faults[i].row, table.faults[i].detail);
        }
    }
    if (table.faults.size() > kMaxNamedFaults) {
        lines += fmt::format("\n  and {} more", table.faults.size() - kMaxNamedFaults);
    }
    return fail(ErrorKind::kInvalidInput, "{} rows are wrong, nothing was imported:{}", rows.size(),
                lines);
}

Result<ReferenceReport> import_products(TextTable& table, const ReferencePorts& ports) {
    constexpr std::array<std::string_view, 10> kColumns = {
        "product_id", "product_name", "category",        "sub_category", "brand",
        "supplier",   "unit_cost",    "shelf_life_days", "pack_size",    "lead_time_days"};
    const Columns places = places_of(table);
    SHELFCAST_TRY(need(places, std::span(kColumns).first(1), table));
    SHELFCAST_ASSIGN(const auto known, ports.reference.products());
    std::map<std::string_view, const Product*> by_id;
    for (const Product& product : known.products) {
        by_id.emplace(product.product_id, &product);
    }
    std::vector<Product> products;
    Keys<std::string> keys;
    for (const TextTable::Row& row : table.rows) {
        RowCells cells(table, places, row);
        const auto found = by_id.find(cells.raw("product_id"));
        Product product = found == by_id.end() ? Product{} : *found->second;
        cells.text("product_id", product.product_id);
        if (product.product_id.empty()) {
            cells.fault("product_id", "must not be empty");
        }
        cells.text("product_name", product.name);
        cells.text("category", product.category);
        cells.text("sub_category", product.sub_category);
        cells.text("brand", product.brand);
        cells.text("supplier", product.supplier);
        cells.money("unit_cost", product.unit_cost);
        cells.whole("shelf_life_days", 0, kMaxDays, 0, product.shelf_life_days);
        cells.whole("pack_size", 1, kMaxCount, 1, product.pack_size);
        cells.whole("lead_time_days", 0, kMaxDays, 0, product.lead_time_days);
        keys.add(cells, "product_id", product.product_id);
        products.push_back(std::move(product));
    }
    SHELFCAST_TRY(check_faults(table));
    SHELFCAST_ASSIGN(const std::uint64_t changed, ports.reference.put_products(products));
    return ReferenceReport{products.size(), changed, ignored(table, kColumns)};
}

/// Which store a row of a store file is about.
class StoreFinder {
public:
    explicit StoreFinder(const retail::StoreCatalog& catalog) {
        for (const Store& store : catalog.stores()) {
            stores_.emplace(store.id.value, store);
            ids_.emplace(store.code, store.id.value);
        }
    }
    /// Ids that the file names are not given to stores without one.
    void reserve(std::uint32_t id) { reserved_.insert(id); }

    [[nodiscard]] bool differs(const Store& store) const {
        const auto parts = [](const Store& of) {
            return std::tie(of.code, of.name, of.city, of.region, of.country, of.store_type,
                            of.square_footage, of.time_zone, of.currency, of.latitude,
                            of.longitude);
        };
        const auto known = stores_.find(store.id.value);
        return known == stores_.end() || parts(known->second) != parts(store);
    }

    /// The known store, or a new one with id and code.
    Store find(RowCells& cells) {
        std::uint32_t id = 0;
        const std::string& code = cells.raw("store_code");
        if (!cells.raw("store_id").empty()) {
            cells.whole("store_id", 1, retail::kMaxStoreId, 0, id);
        } else if (code.empty()) {
            cells.fault(cells.has("store_code") ? "store_code" : "store_id", "must not be empty");
        } else if (const auto known = ids_.find(code); known != ids_.end()) {
            id = known->second;
        } else {
            while (stores_.contains(next_) || reserved_.contains(next_)) {  // once per store
                ++next_;
            }
            id = next_++;
        }
        const auto known = stores_.find(id);
        Store store = known == stores_.end() ? Store{} : known->second;
        store.id = StoreId{id};
        if (!code.empty()) {
            store.code = code;
        } else if (store.code.empty()) {
            store.code = std::to_string(id);
        }
        return store;
    }

private:
    std::map<std::uint32_t, Store> stores_;
    std::map<std::string, std::uint32_t, std::less<>> ids_;
    std::set<std::uint32_t> reserved_;
    std::uint32_t next_ = kFirstCreatedStore;
};

void read_store(RowCells& cells, Store& store) {
    cells.text("store_name", store.name);
    cells.text("city", store.city);
    cells.text("region", store.region);
    cells.text("country", store.country);
    cells.text("store_type", store.store_type);
    cells.whole("square_footage", 0, kMaxCount, 0, store.square_footage);
    cells.text("time_zone", store.time_zone);
    cells.text("currency", store.currency);
    if (store.country.empty()) {
        store.country = retail::country_of_zone(store.time_zone);
    }
    cells.degrees("latitude", 90, store.latitude);
    cells.degrees("longitude", 180, store.longitude);
    if (!retail::TimeZone::load(store.time_zone)) {
        cells.fault("time_zone", "no IANA time zone");
    }
    if (store.currency.size() != 3 || !std::ranges::all_of(store.currency, [](char letter) {
            return letter >= 'A' && letter <= 'Z';
        })) {
        cells.fault("currency", "no ISO 4217 code");
    }
}

Result<ReferenceReport> import_stores(TextTable& table, const ReferencePorts& ports) {
    constexpr std::array<std::string_view, 12> kColumns = {
        "store_id",   "store_code",     "store_name", "city",     "region",   "country",
        "store_type", "square_footage", "time_zone",  "currency", "latitude", "longitude"};
    const Columns places = places_of(table);
    SHELFCAST_TRY(need(places, std::span(kColumns).first(2), table));
    SHELFCAST_ASSIGN(const retail::StoreCatalog catalog, ports.stores.catalog(std::nullopt));
    StoreFinder finder(catalog);
    for (const TextTable::Row& row : table.rows) {
        std::int64_t id = 0;
        const RowCells cells(table, places, row);
        if (retail::parse_decimal(cells.raw("store_id"), 0, retail::kMaxStoreId, id) ==
            retail::DecimalFault::kNone) {
            finder.reserve(static_cast<std::uint32_t>(id));
        }
    }
    std::vector<Store> stores;
    Keys<StoreId> ids;
    Keys<std::string> codes;
    for (const TextTable::Row& row : table.rows) {
        RowCells cells(table, places, row);
        Store store = finder.find(cells);
        if (cells.is_good()) {
            codes.add(cells, "store_code", store.code);
            ids.add(cells, places.contains("store_id") ? "store_id" : "store_code", store.id);
        }
        read_store(cells, store);
        stores.push_back(std::move(store));
    }
    SHELFCAST_TRY(check_faults(table));
    SHELFCAST_TRY(ports.stores.put_stores(stores));
    const auto changed =
        std::ranges::count_if(stores, [&](const Store& store) { return finder.differs(store); });
    return ReferenceReport{stores.size(), static_cast<std::uint64_t>(changed),
                           ignored(table, kColumns)};
}

Result<ReferenceReport> import_sales_targets(TextTable& table, const ReferencePorts& ports) {
    constexpr std::array<std::string_view, 5> kColumns = {"store", "store_id", "store_code",
                                                          "business_date", "revenue"};
    const Columns places = places_of(table);
    SHELFCAST_TRY(need(places, std::span(kColumns).first(3), table));
    SHELFCAST_TRY(need(places, std::span(kColumns).subspan(3, 1), table));
    SHELFCAST_TRY(need(places, std::span(kColumns).subspan(4, 1), table));
    const std::string_view store_column =
        *std::ranges::find_if(kColumns, [&](auto name) { return places.contains(name); });
    SHELFCAST_ASSIGN(const retail::StoreCatalog catalog, ports.stores.catalog(std::nullopt));
    StoreResolver stores;
    stores.use(catalog);
    std::vector<SalesTarget> targets;
    Keys<std::pair<StoreId, std::int32_t>> keys;
    for (const TextTable::Row& row : table.rows) {
        RowCells cells(table, places, row);
        SalesTarget target;
        if (const auto store = stores.find(cells.raw(store_column))) {
            target.store = *store;
        } else {
            cells.fault(store_column, "no store has this id or code");
        }
        cells.date("business_date", target.business_date);
        if (cells.raw("revenue").empty()) {
            cells.fault("revenue", "must not be empty");
        }
        cells.money("revenue", target.revenue);
        if (cells.is_good()) {
            keys.add(cells, "business_date", {target.store, target.business_date});
        }
        targets.push_back(target);
    }
    SHELFCAST_TRY(check_faults(table));
    SHELFCAST_ASSIGN(const std::uint64_t changed, ports.reference.put_sales_targets(targets));
    return ReferenceReport{targets.size(), changed, ignored(table, kColumns)};
}

/// The store that a row names, and in which column.
struct NamedStore {
    StoreId store{0};  ///< 0: it names none.
    std::string_view column;
};

NamedStore store_named_in(RowCells& cells, const TextTable& table, StoreResolver& stores) {
    NamedStore named{.column = table.columns.front()};
    for (const std::string_view column : kStoreColumns) {
        if (cells.has(column)) {
            named.column = column;
        }
        if (cells.raw(column).empty()) {
            continue;
        }
        if (const auto store = stores.find(cells.raw(column))) {
            named.store = *store;
        } else {
            cells.fault(column, "no store has this id or code");
        }
        break;
    }
    return named;
}

void read_terms(RowCells& cells, retail::ItemTerms& terms) {
    for (const retail::ItemTermSpec& spec : retail::item_term_specs()) {
        cells.term(spec, terms[spec.term]);
    }
    std::vector<std::string_view> targets;
    for (const retail::ItemTerm term :
         {retail::ItemTerm::kServiceLevel, retail::ItemTerm::kFillRate,
          retail::ItemTerm::kCostRatio}) {
        if (terms[term]) {
            targets.push_back(retail::item_term_specs()[static_cast<std::size_t>(term)].name);
        }
    }
    if (targets.size() > 1) {
        cells.fault(targets[1], fmt::format("there is {} already: one of them", targets[0]));
    }
}

Result<ReferenceReport> import_item_terms(TextTable& table, const ReferencePorts& ports) {
    std::vector<std::string_view> columns = {"store", "store_id", "store_code", "product_id",
                                             "supplier"};
    const std::size_t keys_end = columns.size();
    for (const retail::ItemTermSpec& spec : retail::item_term_specs()) {
        columns.push_back(spec.name);
    }
    const Columns places = places_of(table);
    SHELFCAST_TRY(need(places, std::span(columns).subspan(keys_end), table));
    SHELFCAST_ASSIGN(const retail::StoreCatalog catalog, ports.stores.catalog(std::nullopt));
    SHELFCAST_ASSIGN(const auto known, ports.reference.item_terms());
    using Key = std::tuple<StoreId, std::string, std::string>;
    std::map<Key, const retail::ItemTerms*> by_key;
    for (const retail::ItemTerms& one : known.terms) {
        by_key.emplace(Key{one.store, one.product_id, one.supplier}, &one);
    }
    StoreResolver stores;
    stores.use(catalog);
    std::vector<retail::ItemTerms> terms;
    Keys<Key> keys;
    for (const TextTable::Row& row : table.rows) {
        RowCells cells(table, places, row);
        retail::ItemTerms one;
        const NamedStore named = store_named_in(cells, table, stores);
        one.store = named.store;
        cells.text("product_id", one.product_id);
        std::string supplier;
        cells.text("supplier", supplier);
        if (one.product_id.empty()) {
            one.supplier = supplier;
        }
        const Key key{one.store, one.product_id, one.supplier};
        if (const auto before = by_key.find(key); before != by_key.end()) {
            one = *before->second;
        }
        if (!one.product_id.empty() && cells.has("supplier")) {
            one.delivered_by = supplier;
        }
        read_terms(cells, one);
        if (cells.is_good()) {
            keys.add(cells, named.column, key);
        }
        terms.push_back(std::move(one));
    }
    SHELFCAST_TRY(check_faults(table));
    SHELFCAST_ASSIGN(const std::uint64_t changed, ports.reference.put_item_terms(terms));
    return ReferenceReport{terms.size(), changed, ignored(table, columns)};
}

Result<ReferenceReport> import_local_events(TextTable& table, const ReferencePorts& ports) {
    constexpr std::array<std::string_view, 5> kColumns = {"store", "store_id", "store_code", "date",
                                                          "name"};
    const Columns places = places_of(table);
    SHELFCAST_TRY(need(places, std::span(kColumns).subspan(3, 1), table));
    SHELFCAST_TRY(need(places, std::span(kColumns).subspan(4, 1), table));
    SHELFCAST_ASSIGN(const retail::StoreCatalog catalog, ports.stores.catalog(std::nullopt));
    StoreResolver stores;
    stores.use(catalog);
    std::vector<retail::LocalEvent> events;
    Keys<std::pair<StoreId, std::int32_t>> keys;
    for (const TextTable::Row& row : table.rows) {
        RowCells cells(table, places, row);
        retail::LocalEvent event{.store = store_named_in(cells, table, stores).store};
        cells.date("date", event.date);
        cells.text("name", event.name);
        if (cells.is_good()) {
            keys.add(cells, "date", {event.store, event.date});
        }
        events.push_back(std::move(event));
    }
    SHELFCAST_TRY(check_faults(table));
    SHELFCAST_ASSIGN(const std::uint64_t changed, ports.store_days.put_local_events(events));
    return ReferenceReport{events.size(), changed, ignored(table, kColumns)};
}

Result<ReferenceReport> import_weather(TextTable& table, const ReferencePorts& ports) {
    constexpr std::array<std::string_view, 6> kColumns = {
        "store", "store_id", "store_code", "date", "temperature_celsius", "precipitation_mm"};
    const Columns places = places_of(table);
    SHELFCAST_TRY(need(places, kStoreColumns, table));
    for (std::size_t column = kStoreColumns.size(); column < kColumns.size(); ++column) {
        SHELFCAST_TRY(need(places, std::span(kColumns).subspan(column, 1), table));
    }
    SHELFCAST_ASSIGN(const retail::StoreCatalog catalog, ports.stores.catalog(std::nullopt));
    StoreResolver stores;
    stores.use(catalog);
    const std::int64_t now_us = ports.clock.now_us();
    std::vector<retail::DayWeather> weather;
    Keys<std::pair<StoreId, std::int32_t>> keys;
    for (const TextTable::Row& row : table.rows) {
        RowCells cells(table, places, row);
        const NamedStore named = store_named_in(cells, table, stores);
        retail::DayWeather day{.store = named.store, .given_at_us = now_us};
        if (cells.is_good() && named.store == StoreId{0}) {
            cells.fault(named.column, "a store must be named");
        }
        cells.date("date", day.date);
        cells.hundredths("temperature_celsius", kTemperatureCelsius, day.temperature_centidegrees);
        cells.hundredths("precipitation_mm", kPrecipitationMm, day.precipitation_hundredths_mm);
        if (cells.is_good()) {
            keys.add(cells, "date", {day.store, day.date});
        }
        weather.push_back(day);
    }
    SHELFCAST_TRY(check_faults(table));
    SHELFCAST_ASSIGN(const std::uint64_t changed, ports.store_days.put_weather(weather));
    return ReferenceReport{weather.size(), changed, ignored(table, kColumns)};
}

}  // namespace

std::vector<std::string> reference_table_names() {
    std::vector<std::string> names;
    for (const auto& [table, name] : kNames) {
        names.emplace_back(name);
    }
    return names;
}

std::string_view to_string(ReferenceTable table) noexcept {
    return std::ranges::find(kNames, table, &std::pair<ReferenceTable, std::string_view>::first)
        ->second;
}

std::optional<ReferenceTable> reference_table(std::string_view name) noexcept {
    const auto* const found =
        std::ranges::find(kNames, name, &std::pair<ReferenceTable, std::string_view>::second);
    return found == kNames.end() ? std::nullopt : std::optional(found->first);
}

Result<ReferenceReport> import_reference(ReferenceTable table, const std::string& path,
                                         std::optional<FileFormat> format,
                                         const ReferencePorts& ports, const std::stop_token& stop) {
    SHELFCAST_ASSIGN(TextTable rows, read_text_table(path, format, ports.tables, stop));
    Result<ReferenceReport> report =
        table == ReferenceTable::kProducts      ? import_products(rows, ports)
        : table == ReferenceTable::kStores      ? import_stores(rows, ports)
        : table == ReferenceTable::kItemTerms   ? import_item_terms(rows, ports)
        : table == ReferenceTable::kLocalEvents ? import_local_events(rows, ports)
        : table == ReferenceTable::kWeather     ? import_weather(rows, ports)
                                                : import_sales_targets(rows, ports);
    if (!report) {
        return forward_error(report, path);
    }
    return report;
}

}  // namespace shelfcast::ingest
