// Products, sales targets and terms of supply.

#include <set>
#include <tuple>
#include <utility>

#include "adapters/sqlite_store/database.h"
#include "adapters/sqlite_store/sqlite_store.h"

namespace shelfcast::adapters {
namespace {

using retail::ItemTerms;
using retail::Product;
using retail::SalesTarget;
using sqlite_store::Database;
using sqlite_store::Query;

constexpr std::string_view kProductsVersion = "select coalesce(max(version), 0) from products";
constexpr std::string_view kTargetsVersion = "select coalesce(max(version), 0) from sales_targets";
constexpr std::string_view kTermsVersion = "select coalesce(max(version), 0) from item_terms";

Result<std::uint64_t> version_of(Database& database, std::string_view sql) {
    Query query = database.query(sql);
    SHELFCAST_TRY(query.next());
    return query.number<std::uint64_t>(0);
}

}  // namespace

Result<std::uint64_t> SqliteStore::put_products(const std::vector<Product>& products) {
    const std::lock_guard lock(database_->mutex());
    return database_->transaction([&]() -> Result<std::uint64_t> {
        SHELFCAST_ASSIGN(const std::uint64_t newest, version_of(*database_, kProductsVersion));
        std::set<std::string_view> given;
        std::uint64_t changed = 0;
        for (const Product& product : products) {
            if (product.product_id.empty()) {
                return fail(ErrorKind::kInvalidInput, "a product without a product_id");
            }
            if (!given.insert(product.product_id).second) {
                return fail(ErrorKind::kInvalidInput, "product {} is given twice",
                            product.product_id);
            }
            SHELFCAST_TRY(
                database_
                    ->query(
                        "insert into products (product_id, version, name, category, sub_category, "
                        "brand, supplier, unit_cost, shelf_life_days, pack_size, lead_time_days) "
                        "values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) "
                        "on conflict do update set version = excluded.version, "
                        "name = excluded.name, category = excluded.category, "
                        "sub_category = excluded.sub_category, brand = excluded.brand, "
                        "supplier = excluded.supplier, unit_cost = excluded.unit_cost, "
                        "shelf_life_days = excluded.shelf_life_days, "
                        "pack_size = excluded.pack_size, "
                        "lead_time_days = excluded.lead_time_days "
                        "where (name, category, sub_category, brand, supplier, unit_cost, "
                        "shelf_life_days, pack_size, lead_time_days) is not (excluded.name, "
                        "excluded.category, excluded.sub_category, excluded.brand, "
                        "excluded.supplier, excluded.unit_cost, excluded.shelf_life_days, "
                        "excluded.pack_size, excluded.lead_time_days)",
                        product.product_id, newest + 1, product.name, product.category,
                        product.sub_category, product.brand, product.supplier, product.unit_cost,
                        product.shelf_life_days, product.pack_size, product.lead_time_days)
                    .run());
            changed += static_cast<std::uint64_t>(database_->changes());
        }
        return changed;
    });
}

Result<ports::ReferenceBook::Products> SqliteStore::products() {
    const std::lock_guard lock(database_->mutex());
    Products list;
    SHELFCAST_ASSIGN(list.version, version_of(*database_, kProductsVersion));
    Query row = database_->query(
        "select product_id, name, category, sub_category, brand, supplier, unit_cost, "
        "shelf_life_days, pack_size, lead_time_days from products order by product_id");
    for (;;) {  // ends with the rows
        SHELFCAST_ASSIGN(const bool more, row.next());
        if (!more) {
            return list;
        }
        list.products.push_back({row.text(0), row.text(1), row.text(2), row.text(3), row.text(4),
                                 row.text(5), row.integer(6), row.number<std::uint32_t>(7),
                                 row.number<std::uint32_t>(8), row.number<std::uint32_t>(9)});
    }
}

Result<std::uint64_t> SqliteStore::put_sales_targets(const std::vector<SalesTarget>& targets) {
    const std::lock_guard lock(database_->mutex());
    return database_->transaction([&]() -> Result<std::uint64_t> {
        SHELFCAST_ASSIGN(const std::uint64_t newest, version_of(*database_, kTargetsVersion));
        std::set<std::pair<StoreId, std::int32_t>> given;
        std::uint64_t changed = 0;
        for (const SalesTarget& target : targets) {
            if (!given.emplace(target.store, target.business_date).second) {
                return fail(ErrorKind::kInvalidInput,
                            "the target of store {} on day {} is given twice", target.store.value,
                            target.business_date);
            }
            SHELFCAST_TRY(
                database_
                    ->query("insert into sales_targets (store_id, business_date, version, revenue) "
                            "values (?1, ?2, ?3, ?4) on conflict do update set "
                            "version = excluded.version, revenue = excluded.revenue "
                            "where revenue != excluded.revenue",
                            target.store.value, target.business_date, newest + 1, target.revenue)
                    .run());
            changed += static_cast<std::uint64_t>(database_->changes());
        }
        return changed;
    });
}

Result<ports::ReferenceBook::SalesTargets> SqliteStore::sales_targets() {
    const std::lock_guard lock(database_->mutex());
    SalesTargets list;
    SHELFCAST_ASSIGN(list.version, version_of(*database_, kTargetsVersion));
    Query row = database_->query(
        "select store_id, business_date, revenue from sales_targets "
        "order by store_id, business_date");
    for (;;) {  // ends with the rows
        SHELFCAST_ASSIGN(const bool more, row.next());
        if (!more) {
            return list;
        }
        list.targets.push_back(
            {StoreId{row.number<std::uint32_t>(0)}, row.number<std::int32_t>(1), row.integer(2)});
    }
}

Result<std::uint64_t> SqliteStore::put_item_terms(const std::vector<ItemTerms>& terms) {
    const std::lock_guard lock(database_->mutex());
    return database_->transaction([&]() -> Result<std::uint64_t> {
        SHELFCAST_ASSIGN(const std::uint64_t newest, version_of(*database_, kTermsVersion));
        std::set<std::tuple<StoreId, std::string_view, std::string_view>> given;
        std::uint64_t changed = 0;
        for (const ItemTerms& one : terms) {
            if (!given.emplace(one.store, one.product_id, one.supplier).second) {
                return fail(
                    ErrorKind::kInvalidInput,
                    "the terms of store {}, product \"{}\", supplier \"{}\" are given twice",
                    one.store.value, one.product_id, one.supplier);
            }
            SHELFCAST_TRY(database_
                              ->query("insert into item_terms "
                                      "(store_id, product_id, supplier, version, terms) "
                                      "values (?1, ?2, ?3, ?4, ?5) on conflict do update set "
                                      "version = excluded.version, terms = excluded.terms "
                                      "where terms != excluded.terms",
                                      one.store.value, one.product_id, one.supplier, newest + 1,
                                      retail::format_terms(one))
                              .run());
            changed += static_cast<std::uint64_t>(database_->changes());
        }
        return changed;
    });
}

Result<ports::ReferenceBook::TermsList> SqliteStore::item_terms() {
    const std::lock_guard lock(database_->mutex());
    TermsList list;
    SHELFCAST_ASSIGN(list.version, version_of(*database_, kTermsVersion));
    Query row = database_->query(
        "select store_id, product_id, supplier, terms from item_terms "
        "order by store_id, product_id, supplier");
    for (;;) {  // ends with the rows
        SHELFCAST_ASSIGN(const bool more, row.next());
        if (!more) {
            return list;
        }
        ItemTerms one{.store = StoreId{row.number<std::uint32_t>(0)},
                      .product_id = row.text(1),
                      .supplier = row.text(2)};
        retail::parse_terms(row.text(3), one);
        list.terms.push_back(std::move(one));
    }
}

}  // namespace shelfcast::adapters
