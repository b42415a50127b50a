#include "retail/stock_board.h"

#include <algorithm>
#include <utility>

#include "retail/event.h"
#include "retail/tables.h"

namespace shelfcast::retail {
namespace {

std::uint64_t key_of(StoreId store, std::uint32_t product) {
    return std::uint64_t{store.value} << 32U | product;
}

/// The columns that every table of movements has.
struct Movements {
    explicit Movements(const ColumnBlock& rows)
        : time_ms(rows.data<std::vector<std::int64_t>>("event_time")),
          store(rows.data<std::vector<std::uint32_t>>("store_id")),
          product(rows.data<TextColumn>("product_id")),
          quantity(rows.data<std::vector<std::int64_t>>("quantity")) {}

    const std::vector<std::int64_t>& time_ms;
    const std::vector<std::uint32_t>& store;
    const TextColumn& product;
    const std::vector<std::int64_t>& quantity;
};

}  // namespace

void StockBoard::apply(std::string_view table, const ColumnBlock& rows) {
    if (table == kEventsTable || table == kSalesTransactionsTable) {
        apply_receipt_lines(rows, table == kSalesTransactionsTable);
    } else if (table == kInventoryUpdatesTable) {
        apply_inventory_updates(rows);
    } else if (table == kSupplierShipmentsTable) {
        apply_shipments(rows);
    }
}

void StockBoard::apply_receipt_lines(const ColumnBlock& rows, bool of_baskets) {
    const Movements all(rows);
    const auto& types = rows.data<std::vector<std::int8_t>>("transaction_type");
    for (std::size_t row = 0; row < rows.rows(); ++row) {
        Slot& slot = slot_of(StoreId{all.store[row]}, all.product[row]);
        const auto type = static_cast<TransactionType>(types[row]);
        const bool booked = type == TransactionType::kRestock
                                ? !rules_.receipts_by_shipment
                                : rules_.sales_by_basket == of_baskets;
        if (booked) {
            slot.position.is_known |= type == TransactionType::kRestock;
            move(slot, all.time_ms[row],
                 type == TransactionType::kSale ? -all.quantity[row] : all.quantity[row]);
        }
        slot.position.last_event_ms = std::max(slot.position.last_event_ms, all.time_ms[row]);
    }
}

void StockBoard::apply_inventory_updates(const ColumnBlock& rows) {
    const Movements all(rows);
    const auto& types = rows.data<TextColumn>("update_type");
    for (std::size_t row = 0; row < rows.rows(); ++row) {
        const StoreId store{all.store[row]};
        Slot& slot = slot_of(store, all.product[row]);
        const std::string_view type = types[row];
        const std::int64_t quantity = all.quantity[row];
        if (type == "COUNT") {
            count(slot, {store, std::string(all.product[row])}, all.time_ms[row], quantity);
        } else if (type == "CORRECTION" || type == "WASTE") {
            move(slot, all.time_ms[row], type == "WASTE" ? -quantity : quantity);
        } else {
            slot.position.reserved += type == "RESERVE" ? quantity : -quantity;
        }
        slot.position.last_event_ms = std::max(slot.position.last_event_ms, all.time_ms[row]);
    }
}

void StockBoard::apply_shipments(const ColumnBlock& rows) {
    const Movements all(rows);
    const auto& statuses = rows.data<TextColumn>("status");
    for (std::size_t row = 0; row < rows.rows(); ++row) {
        Slot& slot = slot_of(StoreId{all.store[row]}, all.product[row]);
        const std::string_view status = statuses[row];
        const std::int64_t quantity = all.quantity[row];
        slot.position.on_order += status == "ANNOUNCED" ? quantity : -quantity;
        if (status == "ARRIVED" && rules_.receipts_by_shipment) {
            slot.position.is_known = true;
            move(slot, all.time_ms[row], quantity);
        }
        slot.position.last_event_ms = std::max(slot.position.last_event_ms, all.time_ms[row]);
    }
}

/// At one instant a count comes last.
void StockBoard::move(Slot& slot, std::int64_t time_ms, std::int64_t units) {
    if (time_ms > slot.position.last_count_ms) {
        slot.position.on_hand += units;
    }
}

void StockBoard::count(Slot& slot, const StockKey& key, std::int64_t time_ms, std::int64_t units) {
    StockPosition& position = slot.position;
    position.is_known = true;
    if (time_ms < position.last_count_ms) {
        return;
    }
    if (time_ms == position.last_count_ms) {  // Of two at one instant the greater holds.
        const std::int64_t greater = std::max(units, position.last_count);
        position.on_hand += greater - position.last_count;
        position.last_count = greater;
        return;
    }
    if (time_ms < position.last_event_ms && !slot.unsure) {
        slot.unsure = true;
        unsure_.push_back(key);
    }
    position.on_hand = units;
    position.last_count_ms = time_ms;
    position.last_count = units;
}

std::vector<StockKey> StockBoard::take_unsure() { return std::exchange(unsure_, {}); }

StockBoard::Slot& StockBoard::slot_of(StoreId store, std::string_view product_id) {
    auto product = products_.find(product_id);
    if (product == products_.end()) {
        product = products_.emplace(product_id, static_cast<std::uint32_t>(products_.size())).first;
    }
    return positions_[key_of(store, product->second)];
}

void StockBoard::put(StoreId store, std::string_view product_id, const StockPosition& position) {
    slot_of(store, product_id) = {position, false};
}

const StockBoard::Slot* StockBoard::find_slot(StoreId store, std::string_view product_id) const {
    const auto product = products_.find(product_id);
    if (product == products_.end()) {
        return nullptr;
    }
    const auto found = positions_.find(key_of(store, product->second));
    return found == positions_.end() ? nullptr : &found->second;
}

const StockPosition* StockBoard::find(StoreId store, std::string_view product_id) const {
    const Slot* const slot = find_slot(store, product_id);
    return slot == nullptr ? nullptr : &slot->position;
}

bool StockBoard::is_unsure(StoreId store, std::string_view product_id) const {
    const Slot* const slot = find_slot(store, product_id);
    return slot != nullptr && slot->unsure;
}

void StockBoard::clear() {
    products_.clear();
    positions_.clear();
    unsure_.clear();
}

}  // namespace shelfcast::retail
