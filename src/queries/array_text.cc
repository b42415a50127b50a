#include "queries/array_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdint>
#include <set>

namespace shelfcast::queries {
namespace {

/// An element of an array in its text form.
std::string quoted(std::string_view text) {
    std::string out = "'";
    for (const char byte : text) {
        if (byte == '\'' || byte == '\\') {
            out.push_back('\\');
        }
        out.push_back(byte);
    }
    out.push_back('\'');
    return out;
}

}  // namespace

std::string store_ids(std::span<const retail::StockKey> keys) {
    std::set<std::uint32_t> stores;
    for (const retail::StockKey& key : keys) {
        stores.insert(key.store.value);
    }
    return fmt::format("[{}]", fmt::join(stores, ","));
}

std::string product_ids(std::span<const retail::StockKey> keys) {
    std::set<std::string> products;
    for (const retail::StockKey& key : keys) {
        products.insert(quoted(key.product_id));
    }
    return fmt::format("[{}]", fmt::join(products, ","));
}

}  // namespace shelfcast::queries
