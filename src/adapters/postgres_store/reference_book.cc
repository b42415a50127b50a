// Products, sales targets and terms of supply.

#include <algorithm>
#include <set>
#include <span>
#include <tuple>
#include <utility>

#include "adapters/postgres_store/database.h"
#include "adapters/postgres_store/postgres_store.h"

namespace shelfcast::adapters {
namespace {

using postgres_store::Connection;
using postgres_store::Rows;
using retail::ItemTerms;
using retail::Product;
using retail::SalesTarget;

// One writer at a time, so that a version of the list is one change; readers do not wait.
constexpr const char* kBeginProducts = "begin; lock table products in share row exclusive mode";
constexpr const char* kBeginTargets = "begin; lock table sales_targets in share row exclusive mode";
constexpr const char* kBeginTerms = "begin; lock table item_terms in share row exclusive mode";

// The rows of one statement: a few megabytes of arrays.
constexpr std::size_t kRowsAtOnce = 10'000;

Result<std::uint64_t> put_products_at(Connection& connection, std::uint64_t version,
                                      std::span<const Product> products) {
    std::vector<std::string> ids;
    std::vector<std::string> names;
    std::vector<std::string> categories;
    std::vector<std::string> sub_categories;
    std::vector<std::string> brands;
    std::vector<std::string> suppliers;
    std::vector<std::int64_t> costs;
    std::vector<std::uint32_t> shelf_lives;
    std::vector<std::uint32_t> packs;
    std::vector<std::uint32_t> lead_times;
    for (const Product& product : products) {
        ids.push_back(product.product_id);
        names.push_back(product.name);
        categories.push_back(product.category);
        sub_categories.push_back(product.sub_category);
        brands.push_back(product.brand);
        suppliers.push_back(product.supplier);
        costs.push_back(product.unit_cost);
        shelf_lives.push_back(product.shelf_life_days);
        packs.push_back(product.pack_size);
        lead_times.push_back(product.lead_time_days);
    }
    SHELFCAST_ASSIGN(
        const Rows rows,
        connection.query(
            "insert into products as known (version, product_id, name, category, sub_category, "
            "brand, supplier, unit_cost, shelf_life_days, pack_size, lead_time_days) "
            "select $1::bigint, given.* from unnest($2::text[], $3::text[], $4::text[], "
            "$5::text[], $6::text[], $7::text[], $8::bigint[], $9::bigint[], $10::bigint[], "
            "$11::bigint[]) as given on conflict (product_id) do update set "
            "version = excluded.version, name = excluded.name, category = excluded.category, "
            "sub_category = excluded.sub_category, brand = excluded.brand, "
            "supplier = excluded.supplier, unit_cost = excluded.unit_cost, "
            "shelf_life_days = excluded.shelf_life_days, pack_size = excluded.pack_size, "
            "lead_time_days = excluded.lead_time_days "
            "where (known.name, known.category, known.sub_category, known.brand, known.supplier, "
            "known.unit_cost, known.shelf_life_days, known.pack_size, known.lead_time_days) <> "
            "(excluded.name, excluded.category, excluded.sub_category, excluded.brand, "
            "excluded.supplier, excluded.unit_cost, excluded.shelf_life_days, "
            "excluded.pack_size, excluded.lead_time_days)",
            version, ids, names, categories, sub_categories, brands, suppliers, costs, shelf_lives,
            packs, lead_times));
    return rows.changed();
}

Result<std::uint64_t> put_targets_at(Connection& connection, std::uint64_t version,
                                     std::span<const SalesTarget> targets) {
    std::vector<std::uint32_t> stores;
    std::vector<std::int32_t> dates;
    std::vector<std::int64_t> revenues;
    for (const SalesTarget& target : targets) {
        stores.push_back(target.store.value);
        dates.push_back(target.business_date);
        revenues.push_back(target.revenue);
    }
    SHELFCAST_ASSIGN(
        const Rows rows,
        connection.query(
            "insert into sales_targets as known (version, store_id, business_date, revenue) "
            "select $1::bigint, given.* from unnest($2::bigint[], $3::integer[], $4::bigint[]) "
            "as given on conflict (store_id, business_date) do update set "
            "version = excluded.version, revenue = excluded.revenue "
            "where known.revenue <> excluded.revenue",
            version, stores, dates, revenues));
    return rows.changed();
}

Result<std::uint64_t> put_terms_at(Connection& connection, std::uint64_t version,
                                   std::span<const ItemTerms> terms) {
    std::vector<std::uint32_t> stores;
    std::vector<std::string> products;
    std::vector<std::string> suppliers;
    std::vector<std::string> texts;
    for (const ItemTerms& one : terms) {
        stores.push_back(one.store.value);
        products.push_back(one.product_id);
        suppliers.push_back(one.supplier);
        texts.push_back(retail::format_terms(one));
    }
    SHELFCAST_ASSIGN(
        const Rows rows,
        connection.query(
            "insert into item_terms as known (version, store_id, product_id, supplier, terms) "
            "select $1::bigint, given.* from unnest($2::bigint[], $3::text[], $4::text[], "
            "$5::text[]) as given on conflict (store_id, product_id, supplier) do update set "
            "version = excluded.version, terms = excluded.terms "
            "where known.terms <> excluded.terms",
            version, stores, products, suppliers, texts));
    return rows.changed();
}

// Puts a list in as its next version, some rows at once; returns how many rows changed.
template <typename Row, typename Put>
Result<std::uint64_t> put_all(Connection& connection, const char* newest_version,
                              std::span<const Row> all, const Put& put) {
    SHELFCAST_ASSIGN(const Rows newest, connection.query(newest_version));
    const auto version = newest.number<std::uint64_t>(0, 0) + 1;
    std::uint64_t changed = 0;
    while (!all.empty()) {
        const auto some = all.first(std::min(all.size(), kRowsAtOnce));
        SHELFCAST_ASSIGN(const std::uint64_t more, put(connection, version, some));
        changed += more;
        all = all.subspan(some.size());
    }
    return changed;
}

}  // namespace

Result<std::uint64_t> PostgresStore::put_products(const std::vector<Product>& products) {
    std::set<std::string_view> given;
    for (const Product& product : products) {
        if (product.product_id.empty()) {
            return fail(ErrorKind::kInvalidInput, "a product without a product_id");
        }
        if (!given.insert(product.product_id).second) {
            return fail(ErrorKind::kInvalidInput, "product {} is given twice", product.product_id);
        }
    }
    return database_->transaction(kBeginProducts, [&](Connection& connection) {
        return put_all(connection, "select coalesce(max(version), 0) from products",
                       std::span(products), put_products_at);
    });
}

Result<ports::ReferenceBook::Products> PostgresStore::products() {
    SHELFCAST_ASSIGN(
        const Rows rows,
        database_->query("select product_id, name, category, sub_category, brand, supplier, "
                         "unit_cost, shelf_life_days, pack_size, lead_time_days, version "
                         "from products order by product_id"));
    Products list;
    for (int row = 0; row < rows.count(); ++row) {
        list.products.push_back({rows.text(row, 0), rows.text(row, 1), rows.text(row, 2),
                                 rows.text(row, 3), rows.text(row, 4), rows.text(row, 5),
                                 rows.integer(row, 6), rows.number<std::uint32_t>(row, 7),
                                 rows.number<std::uint32_t>(row, 8),
                                 rows.number<std::uint32_t>(row, 9)});
        list.version = std::max(list.version, rows.number<std::uint64_t>(row, 10));
    }
    return list;
}

Result<std::uint64_t> PostgresStore::put_sales_targets(const std::vector<SalesTarget>& targets) {
    std::set<std::pair<StoreId, std::int32_t>> given;
    for (const SalesTarget& target : targets) {
        if (!given.emplace(target.store, target.business_date).second) {
            return fail(ErrorKind::kInvalidInput, "the target of store {} on day {} is given twice",
                        target.store.value, target.business_date);
        }
    }
    return database_->transaction(kBeginTargets, [&](Connection& connection) {
        return put_all(connection, "select coalesce(max(version), 0) from sales_targets",
                       std::span(targets), put_targets_at);
    });
}

Result<ports::ReferenceBook::SalesTargets> PostgresStore::sales_targets() {
    SHELFCAST_ASSIGN(const Rows rows,
                     database_->query("select store_id, business_date, revenue, version "
                                      "from sales_targets order by store_id, business_date"));
    SalesTargets list;
    for (int row = 0; row < rows.count(); ++row) {
        list.targets.push_back({StoreId{rows.number<std::uint32_t>(row, 0)},
                                static_cast<std::int32_t>(rows.integer(row, 1)),
                                rows.integer(row, 2)});
        list.version = std::max(list.version, rows.number<std::uint64_t>(row, 3));
    }
    return list;
}

Result<std::uint64_t> PostgresStore::put_item_terms(const std::vector<ItemTerms>& terms) {
    std::set<std::tuple<StoreId, std::string_view, std::string_view>> given;
    for (const ItemTerms& one : terms) {
        if (!given.emplace(one.store, one.product_id, one.supplier).second) {
            return fail(ErrorKind::kInvalidInput,
                        "the terms of store {}, product \"{}\", supplier \"{}\" are given twice",
                        one.store.value, one.product_id, one.supplier);
        }
    }
    return database_->transaction(kBeginTerms, [&](Connection& connection) {
        return put_all(connection, "select coalesce(max(version), 0) from item_terms",
                       std::span(terms), put_terms_at);
    });
}

Result<ports::ReferenceBook::TermsList> PostgresStore::item_terms() {
    SHELFCAST_ASSIGN(const Rows rows,
                     database_->query("select store_id, product_id, supplier, terms, version "
                                      "from item_terms order by store_id, product_id, supplier"));
    TermsList list;
    for (int row = 0; row < rows.count(); ++row) {
        ItemTerms one{.store = StoreId{rows.number<std::uint32_t>(row, 0)},
                      .product_id = rows.text(row, 1),
                      .supplier = rows.text(row, 2)};
        retail::parse_terms(rows.text(row, 3), one);
        list.terms.push_back(std::move(one));
        list.version = std::max(list.version, rows.number<std::uint64_t>(row, 4));
    }
    return list;
}

}  // namespace shelfcast::adapters
