#include "adapters/lightgbm/small_trees.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

namespace shelfcast::adapters {
namespace {

// The bits of a split's decision_type.
constexpr int kIsCategory = 1;
constexpr int kDefaultIsLeft = 2;
constexpr int kMissingShift = 2;
constexpr int kMissingMask = 3;
constexpr int kMissingIsZero = 1;
constexpr int kMissingIsNan = 2;

/// What stands behind "NAME=" in the line that begins with it; nothing without such a line.
std::optional<std::string_view> value_of(std::string_view text, std::string_view name) {
    const std::string start = "\n" + std::string(name) + "=";
    const std::size_t at = text.find(start);
    if (at == std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view rest = text.substr(at + start.size());
    return rest.substr(0, rest.find('\n'));
}

/// Numbers with spaces between them; false where one is none.
template <typename Number>
bool read_numbers(std::optional<std::string_view> text, std::size_t count,
                  std::vector<Number>& out) {
    out.clear();
    const char* at = text ? text->data() : nullptr;
    const char* const end = text ? at + text->size() : nullptr;
    while (at != end) {
        if (*at == ' ') {
            ++at;
            continue;
        }
        Number number{};
        const auto [stop, error] = std::from_chars(at, end, number);
        if (error != std::errc{}) {
            return false;
        }
        out.push_back(number);
        at = stop;
    }
    return out.size() == count;
}

/// The greatest float up to it: a float value is at most the one if it is at most the other.
float float_below(double threshold) {
    const auto near = static_cast<float>(threshold);
    return static_cast<double>(near) > threshold
               ? std::nextafter(near, -std::numeric_limits<float>::infinity())
               : near;
}

/// Which leaves lie under each split, as bits from the left; negative children are leaves.
struct Shape {
    const std::vector<int>& left;
    const std::vector<int>& right;
    std::vector<std::uint32_t> under_left;
    std::vector<int> leaves;  ///< From left to right.

    bool walk(int node, std::size_t depth, std::uint32_t& under) {
        if (node < 0) {
            under = std::uint32_t{1} << leaves.size();
            leaves.push_back(~node);
            return leaves.size() <= SmallTrees::kMostLeaves;
        }
        const auto split = static_cast<std::size_t>(node);
        std::uint32_t on_right = 0;
        if (split >= left.size() || depth > left.size() ||
            !walk(left[split], depth + 1, under_left[split]) ||
            !walk(right[split], depth + 1, on_right)) {
            return false;
        }
        under = under_left[split] | on_right;
        return true;
    }
};

/// Nothing for an objective whose answers are not done here.
std::optional<SmallTrees::Link> link_of(std::string_view objective) {
    constexpr std::array<std::string_view, 4> kPlain = {"regression", "regression_l1", "quantile",
                                                        "huber"};
    if (objective.starts_with("tweedie") || objective.starts_with("poisson")) {
        return SmallTrees::Link::kExponential;
    }
    if (objective == "binary sigmoid:1") {
        return SmallTrees::Link::kLogistic;
    }
    return std::ranges::find(kPlain, objective) != kPlain.end()
               ? std::optional(SmallTrees::Link::kIdentity)
               : std::nullopt;
}

SmallTrees::Nan nan_of(int decision, int missing) {
    if (missing != kMissingIsNan) {
        return SmallTrees::Nan::kIsZero;  // Training saw nothing missing.
    }
    return (decision & kDefaultIsLeft) != 0 ? SmallTrees::Nan::kGoesLeft
                                            : SmallTrees::Nan::kGoesRight;
}

std::optional<SmallTrees::Tree> tree_of(std::string_view block, std::size_t model_columns) {
    std::vector<int> number;
    if (!read_numbers(value_of(block, "num_leaves"), 1, number) || number.front() < 1 ||
        number.front() > static_cast<int>(SmallTrees::kMostLeaves) ||
        value_of(block, "num_cat").value_or("0") != "0" ||
        value_of(block, "is_linear").value_or("0") != "0") {
        return std::nullopt;
    }
    const auto leaves = static_cast<std::size_t>(number.front());
    std::vector<double> values;
    if (!read_numbers(value_of(block, "leaf_value"), leaves, values)) {
        return std::nullopt;
    }
    if (leaves == 1) {
        return SmallTrees::Tree{.splits = {}, .leaf_values = values};
    }
    std::vector<int> columns;
    std::vector<int> decisions;
    std::vector<int> left;
    std::vector<int> right;
    std::vector<double> thresholds;
    if (!read_numbers(value_of(block, "split_feature"), leaves - 1, columns) ||
        !read_numbers(value_of(block, "threshold"), leaves - 1, thresholds) ||
        !read_numbers(value_of(block, "decision_type"), leaves - 1, decisions) ||
        !read_numbers(value_of(block, "left_child"), leaves - 1, left) ||
        !read_numbers(value_of(block, "right_child"), leaves - 1, right)) {
        return std::nullopt;
    }
    Shape shape{left, right, std::vector<std::uint32_t>(leaves - 1), {}};
    std::uint32_t all = 0;
    if (!shape.walk(0, 0, all) || shape.leaves.size() != leaves) {
        return std::nullopt;
    }
    SmallTrees::Tree out;
    for (std::size_t split = 0; split + 1 < leaves; ++split) {
        const int decision = decisions[split];
        const int missing = (decision >> kMissingShift) & kMissingMask;
        if ((decision & kIsCategory) != 0 || missing == kMissingIsZero || columns[split] < 0 ||
            static_cast<std::size_t>(columns[split]) >= model_columns ||
            std::isnan(thresholds[split])) {
            return std::nullopt;
        }
        out.splits.push_back({.column = static_cast<std::uint32_t>(columns[split]),
                              .threshold = float_below(thresholds[split]),
                              .nan = nan_of(decision, missing),
                              .under_left = shape.under_left[split]});
    }
    for (const int leaf : shape.leaves) {
        if (leaf < 0 || static_cast<std::size_t>(leaf) >= leaves) {
            return std::nullopt;
        }
        out.leaf_values.push_back(values[static_cast<std::size_t>(leaf)]);
    }
    return out;
}

}  // namespace

std::optional<SmallTrees> SmallTrees::parse(std::string_view model_text, std::size_t columns) {
    constexpr std::string_view kTree = "\nTree=";
    std::size_t at = model_text.find(kTree);
    const std::string_view head = model_text.substr(0, at);
    const auto link = link_of(value_of(head, "objective").value_or(""));
    if (at == std::string_view::npos || !link || value_of(head, "num_tree_per_iteration") != "1") {
        return std::nullopt;
    }
    SmallTrees out;
    out.link = *link;
    out.is_average = head.find("\naverage_output\n") != std::string_view::npos;
    const std::string_view trees = model_text.substr(0, model_text.find("\nend of trees\n"));
    while (at != std::string_view::npos && at < trees.size()) {
        const std::size_t next = trees.find(kTree, at + kTree.size());
        auto tree =
            tree_of(trees.substr(at, next == std::string_view::npos ? next : next - at), columns);
        if (!tree) {
            return std::nullopt;
        }
        out.trees.push_back(std::move(*tree));
        at = next;
    }
    return out;
}

}  // namespace shelfcast::adapters
