#include "operator/flush_rows.h"

#include <xxhash.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "base/check.h"
#include "retail/time_zone.h"

namespace shelfcast::operators {
namespace {

using retail::ColumnBlock;
using retail::Int128;
using retail::NullableInt64;
using retail::TextColumn;

/// A count's time stands before its units, which are below it: 10^9 of them in thousandths.
constexpr Int128 kCountUnits = 1'000'000'000'000;
static_assert(kCountUnits > retail::Quantity::kMax);
/// Beyond every event time: what is left until then is greatest for the oldest count.
constexpr Int128 kCountHorizonMs = 10'000'000'000'000;

constexpr std::uint64_t kHighHalf = 0xffff'ffff'0000'0000;

std::uint64_t mix(std::uint64_t high, std::uint64_t low) {
    std::uint64_t x = high * 0x9e3779b97f4a7c15ULL ^ (low + 0x7f4a7c159e3779b9ULL);
    x ^= x >> 32U;
    x *= 0xd6e8feb86659fd93ULL;
    x ^= x >> 32U;
    return x;
}

template <typename Data>
Data& data(ColumnBlock& block, std::size_t column) {
    return std::get<Data>(block.columns[column].data);
}

void push_optional(NullableInt64& column, const std::optional<retail::UnitPrice>& value) {
    if (value) {
        column.push_back(value->ten_thousandths);
    } else {
        column.push_null();
    }
}

std::size_t index_of(std::string_view table) {
    const auto tables = retail::operator_tables();
    const auto found = std::ranges::find(tables, table, &retail::OperatorTable::name);
    SHELFCAST_CHECK(found != tables.end());
    return static_cast<std::size_t>(found - tables.begin());
}

std::vector<ColumnBlock> empty_blocks() {
    std::vector<ColumnBlock> blocks;
    for (const retail::OperatorTable& table : retail::operator_tables()) {
        blocks.push_back(retail::make_table_block(table));
    }
    return blocks;
}

}  // namespace

FoldCounts& FoldCounts::operator+=(const FoldCounts& other) {
    accepted += other.accepted;
    rejected += other.rejected;
    duplicates += other.duplicates;
    late += other.late;
    for (const auto& [reason, count] : other.reasons) {
        reasons[reason] += count;
    }
    return *this;
}

void RollupSums::Measures::add(const RollupInput& event) {
    ++events;
    switch (event.type) {
        case retail::TransactionType::kSale:
            ++sales;
            units_sold += event.quantity_thousandths;
            gross_revenue += event.revenue_ten_millionths;
            break;
        case retail::TransactionType::kReturn:
            ++returns;
            units_returned += event.quantity_thousandths;
            returned_revenue -= event.revenue_ten_millionths;
            break;
        case retail::TransactionType::kRestock:
            ++restocks;
            units_restocked += event.quantity_thousandths;
            break;
    }
    last_event_time = std::max(last_event_time, event.event_time_ms);
}

template <typename Sums>
std::size_t RollupSums::Table<Sums>::row_of(Key key) {
    if (slots_.size() < 2 * (rows_.size() + 1)) {
        grow();
    }
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t at = mix(key.high, key.low) & mask;; at = (at + 1) & mask) {
        if (slots_[at] == 0) {
            rows_.push_back({key, {}});
            slots_[at] = static_cast<std::uint32_t>(rows_.size());
            return rows_.size() - 1;
        }
        if (rows_[slots_[at] - 1].key == key) {
            return slots_[at] - 1;
        }
    }
}

template <typename Sums>
void RollupSums::Table<Sums>::grow() {
    slots_.assign(std::max<std::size_t>(256, slots_.size() * 2), 0);
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t row = 0; row < rows_.size(); ++row) {
        std::size_t at = mix(rows_[row].key.high, rows_[row].key.low) & mask;
        while (slots_[at] != 0) {
            at = (at + 1) & mask;
        }
        slots_[at] = static_cast<std::uint32_t>(row + 1);
    }
}

template <typename Sums>
void RollupSums::Table<Sums>::clear() {
    rows_.clear();
    std::ranges::fill(slots_, 0);
}

std::uint32_t RollupSums::Texts::number_of(std::string_view text) {
    if (slots_.size() < 2 * (texts_.size() + 1)) {
        grow();
    }
    const std::size_t mask = slots_.size() - 1;
    const std::uint64_t hash = XXH3_64bits(text.data(), text.size());
    for (std::size_t at = hash & mask;; at = (at + 1) & mask) {
        if (slots_[at] == 0) {
            texts_.push_back(text);
            slots_[at] = (hash & kHighHalf) | texts_.size();
            return static_cast<std::uint32_t>(texts_.size() - 1);
        }
        const auto number = static_cast<std::uint32_t>(slots_[at] - 1);
        if ((slots_[at] & kHighHalf) == (hash & kHighHalf) && texts_[number] == text) {
            return number;
        }
    }
}

void RollupSums::Texts::grow() {
    slots_.assign(std::max<std::size_t>(256, slots_.size() * 2), 0);
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t number = 0; number < texts_.size(); ++number) {
        const std::uint64_t hash = XXH3_64bits(texts_[number].data(), texts_[number].size());
        std::size_t at = hash & mask;
        while (slots_[at] != 0) {
            at = (at + 1) & mask;
        }
        slots_[at] = (hash & kHighHalf) | (number + 1);
    }
}

void RollupSums::Texts::clear() {
    texts_.bytes.clear();
    texts_.ends.clear();
    std::ranges::fill(slots_, 0);
}

void RollupSums::add(const RollupInput& event) {
    const std::uint64_t high = Key::high_of(event.store_id, event.business_date);
    const std::uint64_t category = categories_.number_of(event.category);
    const std::uint64_t product = products_.number_of(event.product_id);
    hourly_.measures(hourly_.row_of({high, event.hour_start_s})).add(event);
    product_.measures(product_.row_of({high, product << 32U | category})).add(event);
}

void RollupSums::add_rows(std::string_view table, const ColumnBlock& rows) {
    if (table == retail::kEventsTable) {
        add_events(rows);
    } else if (retail::operator_table(retail::kStockDaysTable).counts(table)) {
        add_movements(table, rows);
    }
}

void RollupSums::StockMeasures::add(std::string_view word, std::int64_t quantity,
                                    std::int64_t event_time_ms) {
    ++events;
    last_event_time = std::max(last_event_time, event_time_ms);
    if (word == "COUNT") {
        ++counts;
        last_count = std::max(last_count, Int128{event_time_ms} * kCountUnits + quantity);
        first_count =
            std::max(first_count, (kCountHorizonMs - event_time_ms) * kCountUnits + quantity);
    } else if (word == "SALE") {
        units_sold += quantity;
    } else if (word == "RETURN") {
        units_returned += quantity;
    } else if (word == "CORRECTION") {
        units_corrected += quantity;
    } else if (word == "WASTE") {
        units_wasted += quantity;
    } else if (word == "RESERVE") {
        units_reserved += quantity;
    } else if (word == "RELEASE") {
        units_reserved -= quantity;
    } else if (word == "ANNOUNCED") {
        units_announced += quantity;
    } else if (word == "ARRIVED") {
        units_arrived += quantity;
    } else {
        SHELFCAST_CHECK(word == "SHORT");
        units_short += quantity;
    }
}

void RollupSums::add_movements(std::string_view table, const ColumnBlock& rows) {
    const auto& event_time = rows.data<std::vector<std::int64_t>>("event_time");
    const auto& date = rows.data<std::vector<std::uint16_t>>("business_date");
    const auto& store = rows.data<std::vector<std::uint32_t>>("store_id");
    const auto& product = rows.data<TextColumn>("product_id");
    const auto& quantity = rows.data<std::vector<std::int64_t>>("quantity");
    const bool receipts = table == retail::kSalesTransactionsTable;
    const auto* const types =
        receipts ? &rows.data<std::vector<std::int8_t>>("transaction_type") : nullptr;
    const auto* const words =
        receipts ? nullptr
                 : &rows.data<TextColumn>(table == retail::kInventoryUpdatesTable ? "update_type"
                                                                                  : "status");
    for (std::size_t row = 0; row < rows.rows(); ++row) {
        const Key key{Key::high_of(store[row], date[row]), products_.number_of(product[row])};
        const std::string_view word =
            receipts ? to_string(static_cast<retail::TransactionType>((*types)[row]))
                     : (*words)[row];
        stock_.measures(stock_.row_of(key)).add(word, quantity[row], event_time[row]);
    }
}

void RollupSums::add_events(const ColumnBlock& events) {
    const auto& event_time = events.data<std::vector<std::int64_t>>("event_time");
    const auto& date = events.data<std::vector<std::uint16_t>>("business_date");
    const auto& hour_start = events.data<std::vector<std::uint32_t>>("hour_start");
    const auto& store = events.data<std::vector<std::uint32_t>>("store_id");
    const auto& product = events.data<TextColumn>("product_id");
    const auto& category = events.data<TextColumn>("category");
    const auto& type = events.data<std::vector<std::int8_t>>("transaction_type");
    const auto& quantity = events.data<std::vector<std::int64_t>>("quantity");
    const auto& revenue = events.data<std::vector<Int128>>("revenue");
    for (std::size_t row = 0; row < events.rows(); ++row) {
        add({date[row], store[row], hour_start[row], product[row], category[row],
             static_cast<retail::TransactionType>(type[row]), quantity[row], revenue[row],
             event_time[row]});
    }
}

std::size_t RollupSums::keys() const noexcept {
    return hourly_.size() + product_.size() + stock_.size();
}

void RollupSums::Measures::add(const Measures& other) {
    events += other.events;
    sales += other.sales;
    returns += other.returns;
    restocks += other.restocks;
    units_sold += other.units_sold;
    units_returned += other.units_returned;
    units_restocked += other.units_restocked;
    gross_revenue += other.gross_revenue;
    returned_revenue += other.returned_revenue;
    last_event_time = std::max(last_event_time, other.last_event_time);
}

void RollupSums::append_measures(const Measures& sums, std::size_t column, ColumnBlock& block) {
    data<std::vector<std::uint64_t>>(block, column++).push_back(sums.events);
    data<std::vector<std::uint64_t>>(block, column++).push_back(sums.sales);
    data<std::vector<std::uint64_t>>(block, column++).push_back(sums.returns);
    data<std::vector<std::uint64_t>>(block, column++).push_back(sums.restocks);
    data<std::vector<Int128>>(block, column++).push_back(sums.units_sold);
    data<std::vector<Int128>>(block, column++).push_back(sums.units_returned);
    data<std::vector<Int128>>(block, column++).push_back(sums.units_restocked);
    data<std::vector<Int128>>(block, column++).push_back(sums.gross_revenue);
    data<std::vector<Int128>>(block, column++).push_back(sums.returned_revenue);
    data<std::vector<std::int64_t>>(block, column++).push_back(sums.last_event_time);
}

// From the products, not from the events: a key for every few events.
void RollupSums::append_daily(ColumnBlock& block) const {
    Table<Measures> days;
    for (std::size_t row = 0; row < product_.size(); ++row) {
        const Key& key = product_.key(row);
        days.measures(days.row_of({key.high, key.low_half()})).add(product_.measures(row));
    }
    for (std::size_t row = 0; row < days.size(); ++row) {
        const Key& key = days.key(row);
        data<std::vector<std::uint16_t>>(block, 0).push_back(key.date());
        data<std::vector<std::uint32_t>>(block, 1).push_back(key.store());
        data<TextColumn>(block, 2).push_back(categories_.text_of(key.low_half()));
        append_measures(days.measures(row), 3, block);
    }
}

void RollupSums::append_hourly(ColumnBlock& block) const {
    for (std::size_t row = 0; row < hourly_.size(); ++row) {
        const Key& key = hourly_.key(row);
        data<std::vector<std::uint32_t>>(block, 0).push_back(key.store());
        data<std::vector<std::uint16_t>>(block, 1).push_back(key.date());
        data<std::vector<std::uint32_t>>(block, 2).push_back(key.low_half());
        append_measures(hourly_.measures(row), 3, block);
    }
}

void RollupSums::append_product(ColumnBlock& block) const {
    for (std::size_t row = 0; row < product_.size(); ++row) {
        const Key& key = product_.key(row);
        data<std::vector<std::uint16_t>>(block, 0).push_back(key.date());
        data<std::vector<std::uint32_t>>(block, 1).push_back(key.store());
        data<TextColumn>(block, 2).push_back(products_.text_of(key.high_half()));
        data<TextColumn>(block, 3).push_back(categories_.text_of(key.low_half()));
        append_measures(product_.measures(row), 4, block);
    }
}

// As append_daily.
void RollupSums::append_product_months(ColumnBlock& block) const {
    Table<Measures> months;
    std::vector<std::uint32_t> sale_days;
    for (std::size_t row = 0; row < product_.size(); ++row) {
        const Key& key = product_.key(row);
        const retail::CivilDate day = retail::civil_from_days(key.date());
        const auto first = static_cast<std::uint16_t>(key.date() - (day.day - 1));
        const std::size_t month = months.row_of({Key::high_of(key.store(), first), key.low});
        months.measures(month).add(product_.measures(row));
        sale_days.resize(months.size());
        if (product_.measures(row).sales > 0) {
            sale_days[month] |= std::uint32_t{1} << (day.day - 1);
        }
    }
    for (std::size_t row = 0; row < months.size(); ++row) {
        const Key& key = months.key(row);
        data<std::vector<std::uint32_t>>(block, 0).push_back(key.store());
        data<std::vector<std::uint16_t>>(block, 1).push_back(key.date());
        data<TextColumn>(block, 2).push_back(products_.text_of(key.high_half()));
        data<TextColumn>(block, 3).push_back(categories_.text_of(key.low_half()));
        append_measures(months.measures(row), 4, block);
        data<std::vector<std::uint32_t>>(block, block.columns.size() - 1).push_back(sale_days[row]);
    }
}

void RollupSums::append_stock_days(ColumnBlock& block) const {
    for (std::size_t row = 0; row < stock_.size(); ++row) {
        const Key& key = stock_.key(row);
        const StockMeasures& sums = stock_.measures(row);
        std::size_t column = 0;
        data<std::vector<std::uint32_t>>(block, column++).push_back(key.store());
        data<std::vector<std::uint16_t>>(block, column++).push_back(key.date());
        data<TextColumn>(block, column++).push_back(products_.text_of(key.low_half()));
        data<std::vector<std::uint64_t>>(block, column++).push_back(sums.events);
        data<std::vector<std::uint64_t>>(block, column++).push_back(sums.counts);
        for (const Int128 units :
             {sums.units_sold, sums.units_returned, sums.units_corrected, sums.units_wasted,
              sums.units_reserved, sums.units_announced, sums.units_arrived, sums.units_short,
              sums.first_count, sums.last_count}) {
            data<std::vector<Int128>>(block, column++).push_back(units);
        }
        data<std::vector<std::int64_t>>(block, column++).push_back(sums.last_event_time);
        SHELFCAST_CHECK(column == block.columns.size());
    }
}

void RollupSums::append_to(std::string_view table, ColumnBlock& block) const {
    if (table == retail::kDailySalesTable) {
        append_daily(block);
    } else if (table == retail::kHourlySalesTable) {
        append_hourly(block);
    } else if (table == retail::kProductSalesTable) {
        append_product(block);
    } else if (table == retail::kProductMonthsTable) {
        append_product_months(block);
    } else {
        SHELFCAST_CHECK(table == retail::kStockDaysTable);
        append_stock_days(block);
    }
}

void RollupSums::clear() {
    hourly_.clear();
    product_.clear();
    stock_.clear();
    products_.clear();
    categories_.clear();
}

const ColumnBlock& FlushOutput::block(std::string_view table) const {
    return blocks[index_of(table)];
}

std::map<std::string, std::uint64_t> FlushOutput::row_table_counts() const {
    std::map<std::string, std::uint64_t> counts_by_table;
    for (const retail::OperatorTable& table : retail::operator_tables()) {
        if (table.kind == retail::TableKind::kRows) {
            counts_by_table[std::string(table.name)] = block(table.name).rows();
        }
    }
    return counts_by_table;
}

std::array<std::uint64_t, 2> FlushOutput::content_hash() const {
    std::array<std::uint64_t, 2> combined{};
    for (const retail::OperatorTable& table : retail::operator_tables()) {
        // As the first release did, which had these two: its flushes may still be folded again.
        const bool always =
            table.name == retail::kEventsTable || table.name == retail::kRejectionsTable;
        if (table.kind == retail::TableKind::kRows && (always || !block(table.name).empty())) {
            const auto one = retail::content_hash(block(table.name));
            combined = {mix(combined[0], one[0]), mix(combined[1], one[1])};
        }
    }
    return combined;
}

FlushRows::FlushRows(Rollups rollups) : rollups_(rollups), blocks_(empty_blocks()) {}

ColumnBlock& FlushRows::block_of(std::string_view table) {
    // Most rows are events, whose table is the first.
    return table == retail::kEventsTable ? blocks_.front() : blocks_[index_of(table)];
}

void FlushRows::count_accepted(bool late) {
    ++counts_.accepted;
    counts_.late += late ? 1 : 0;
}

void FlushRows::add_event(const LogPosition& at, const retail::Event& event, bool late) {
    const bool counts_as_sale = at.topic == retail::kRetailEventsTopic;
    ColumnBlock& block =
        block_of(counts_as_sale ? retail::kEventsTable : retail::kSalesTransactionsTable);
    const Int128 revenue = event.revenue().ten_millionths;
    const auto date = static_cast<std::uint16_t>(event.business_date);
    const auto hour = static_cast<std::uint32_t>(event.hour_start_s);
    std::size_t column = 0;
    data<std::vector<std::uint32_t>>(block, column++).push_back(at.partition.value);
    data<std::vector<std::int64_t>>(block, column++).push_back(at.offset);
    data<std::vector<std::int64_t>>(block, column++).push_back(at.log_time_us);
    data<std::vector<std::int64_t>>(block, column++).push_back(event.event_time_ms);
    data<std::vector<std::uint16_t>>(block, column++).push_back(date);
    data<std::vector<std::uint32_t>>(block, column++).push_back(hour);
    data<std::vector<std::uint32_t>>(block, column++).push_back(event.store_id.value);
    data<TextColumn>(block, column++).push_back(event.product_id);
    data<TextColumn>(block, column++).push_back(event.category);
    data<std::vector<std::int8_t>>(block, column++).push_back(static_cast<std::int8_t>(event.type));
    data<std::vector<std::int64_t>>(block, column++).push_back(event.quantity.thousandths);
    data<std::vector<std::int64_t>>(block, column++).push_back(event.unit_price.ten_thousandths);
    data<std::vector<Int128>>(block, column++).push_back(revenue);
    data<std::vector<retail::Uuid>>(block, column++)
        .push_back({event.event_id.high, event.event_id.low});
    data<TextColumn>(block, column++).push_back(event.register_id);
    data<TextColumn>(block, column++).push_back(event.customer_id);
    data<TextColumn>(block, column++).push_back(event.basket_id);
    data<TextColumn>(block, column++).push_back(event.promotion_id);
    push_optional(data<NullableInt64>(block, column++), event.unit_cost);
    push_optional(data<NullableInt64>(block, column++), event.discount);
    SHELFCAST_CHECK(column == block.columns.size());

    if (rollups_ == Rollups::kMade && counts_as_sale) {
        sums_.add({date, event.store_id.value, hour, event.product_id, event.category, event.type,
                   event.quantity.thousandths, revenue, event.event_time_ms});
    }
    count_accepted(late);
}

void FlushRows::add_topic_event(const LogPosition& at, const retail::Topic& topic,
                                const retail::TopicEvent& event, bool late) {
    ColumnBlock& block = block_of(topic.table);
    std::size_t column = 0;
    data<std::vector<std::uint32_t>>(block, column++).push_back(at.partition.value);
    data<std::vector<std::int64_t>>(block, column++).push_back(at.offset);
    data<std::vector<std::int64_t>>(block, column++).push_back(at.log_time_us);
    data<std::vector<std::int64_t>>(block, column++).push_back(event.event_time_ms);
    data<std::vector<std::uint16_t>>(block, column++)
        .push_back(static_cast<std::uint16_t>(event.business_date));
    data<std::vector<std::uint32_t>>(block, column++).push_back(event.store_id.value);
    for (std::size_t field = retail::kStoreField + 1; field < topic.fields.size(); ++field) {
        const retail::FieldValue& value = event.values[field];
        switch (topic.fields[field].kind) {
            case retail::FieldKind::kText:
            case retail::FieldKind::kWord:
                data<TextColumn>(block, column).push_back(value.text);
                break;
            case retail::FieldKind::kEventId:
                data<std::vector<retail::Uuid>>(block, column)
                    .push_back({event.event_id.high, event.event_id.low});
                break;
            case retail::FieldKind::kPrice:
                if (!topic.fields[field].required) {
                    auto& prices = data<NullableInt64>(block, column);
                    value.present ? prices.push_back(value.number) : prices.push_null();
                    break;
                }
                [[fallthrough]];
            case retail::FieldKind::kQuantity:
            case retail::FieldKind::kSignedQuantity:
            case retail::FieldKind::kTime:
                data<std::vector<std::int64_t>>(block, column).push_back(value.number);
                break;
            case retail::FieldKind::kEventTime:
            case retail::FieldKind::kStore:
                SHELFCAST_CHECK(false);
        }
        ++column;
    }
    SHELFCAST_CHECK(column == block.columns.size());
    count_accepted(late);
}

void FlushRows::add_rejection(const LogPosition& at, retail::RejectReason reason,
                              std::string_view detail, std::string_view source,
                              retail::EventUuid event_id, std::string_view raw) {
    ColumnBlock& block = block_of(retail::kRejectionsTable);
    std::size_t column = 0;
    data<TextColumn>(block, column++).push_back(at.topic);
    data<std::vector<std::uint32_t>>(block, column++).push_back(at.partition.value);
    data<std::vector<std::int64_t>>(block, column++).push_back(at.offset);
    data<std::vector<std::int64_t>>(block, column++).push_back(at.log_time_us);
    data<TextColumn>(block, column++).push_back(retail::to_string(reason));
    data<TextColumn>(block, column++).push_back(detail);
    data<TextColumn>(block, column++).push_back(source);
    data<std::vector<retail::Uuid>>(block, column++).push_back({event_id.high, event_id.low});
    data<TextColumn>(block, column++).push_back(raw);
    SHELFCAST_CHECK(column == block.columns.size());

    if (reason == retail::RejectReason::kDuplicate) {
        ++counts_.duplicates;
    } else {
        ++counts_.rejected;
    }
    ++counts_.reasons[reason];
}

std::size_t FlushRows::rows() const {
    std::size_t rows = 0;
    for (const ColumnBlock& block : blocks_) {
        rows += block.rows();  // Those of roll-ups are filled last.
    }
    return rows;
}

FlushOutput FlushRows::take() {
    if (rollups_ == Rollups::kMade) {
        for (const retail::OperatorTable& table : retail::operator_tables()) {
            if (table.kind == retail::TableKind::kRows && table.name != retail::kEventsTable) {
                sums_.add_rows(table.name, block_of(table.name));
            }
        }
    }
    for (const retail::OperatorTable& table : retail::operator_tables()) {
        if (table.kind == retail::TableKind::kRollup) {
            sums_.append_to(table.name, block_of(table.name));
        }
    }
    sums_.clear();
    FlushOutput output{std::exchange(blocks_, empty_blocks()), std::exchange(counts_, {})};
    return output;
}

}  // namespace shelfcast::operators
