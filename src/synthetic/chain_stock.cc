#include "synthetic/chain_stock.h"

#include <algorithm>
#include <charconv>
#include <iterator>

namespace shelfcast::synthetic {
namespace {

/// Cuts the text up to `end` off `left`, and `end` with it.
std::string_view cut(std::string_view& left, char end) {
    const std::size_t at = std::min(left.find(end), left.size());
    const std::string_view piece = left.substr(0, at);
    left.remove_prefix(std::min(at + 1, left.size()));
    return piece;
}

}  // namespace

std::string format_chain_stock(const ChainOptions& options, const ChainStock& stock) {
    std::string text = format_chain_options(options);
    for (const std::vector<std::int64_t>& store : stock) {
        text.push_back('\n');
        fmt::format_to(std::back_inserter(text), "{}", fmt::join(store, " "));
    }
    return text;
}

Result<ChainStock> parse_chain_stock(const ChainOptions& options, std::string_view text) {
    std::string_view left = text;
    if (text.empty() || cut(left, '\n') != format_chain_options(options)) {
        return ChainStock{};
    }
    ChainStock stock;
    while (!left.empty()) {
        std::string_view line = cut(left, '\n');
        std::vector<std::int64_t>& store = stock.emplace_back();
        while (!line.empty()) {
            const std::string_view word = cut(line, ' ');
            std::int64_t& units = store.emplace_back();
            const auto [end, error] =
                std::from_chars(word.data(), word.data() + word.size(), units);
            if (error != std::errc{} || end != word.data() + word.size() || units < 0) {
                return fail(ErrorKind::kInvalidInput,
                            "stock of the synthetic chain: \"{}\" in store {} is no quantity", word,
                            stock.size());
            }
        }
        if (store.size() != options.products) {
            return fail(ErrorKind::kInvalidInput,
                        "stock of the synthetic chain: {} products in store {}, not {}",
                        store.size(), stock.size(), options.products);
        }
    }
    if (stock.size() != options.stores) {
        return fail(ErrorKind::kInvalidInput, "stock of the synthetic chain: {} stores, not {}",
                    stock.size(), options.stores);
    }
    return stock;
}

}  // namespace shelfcast::synthetic
