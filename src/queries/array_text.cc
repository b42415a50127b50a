#include "queries/array_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace shelfcast::queries {
namespace {

/// An element of an array in its text form. Only the quote is left to do: the adapter escapes bound
/// values, and of an array the server reads that level as the elements' own.
std::string quoted(std::string_view text) {
    std::string out = "'";
    for (const char byte : text) {
        out.append(byte == '\'' ? 2 : 1, byte);
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

std::string texts(std::span<const std::string> values) {
    std::vector<std::string> elements;
    for (const std::string& value : values) {
        elements.push_back(quoted(value));
    }
    return fmt::format("[{}]", fmt::join(elements, ","));
}

}  // namespace shelfcast::queries
