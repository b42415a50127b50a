#include "adapters/lightgbm/tree_scorer.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>

namespace shelfcast::adapters {
namespace {

constexpr std::size_t kBlockRows = 64;
constexpr std::size_t kMostLeaves = 32;

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
            return leaves.size() <= kMostLeaves;
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

}  // namespace

bool TreeScorer::set_objective(std::string_view name) {
    constexpr std::array<std::string_view, 4> kPlain = {"regression", "regression_l1", "quantile",
                                                        "huber"};
    if (name.starts_with("tweedie") || name.starts_with("poisson")) {
        link_ = Link::kExponential;
        return true;
    }
    if (name == "binary sigmoid:1") {
        link_ = Link::kLogistic;
        return true;
    }
    return std::ranges::find(kPlain, name) != kPlain.end();
}

bool TreeScorer::add_tree(std::string_view block, std::size_t model_columns) {
    std::vector<int> number;
    if (!read_numbers(value_of(block, "num_leaves"), 1, number) || number.front() < 1 ||
        number.front() > static_cast<int>(kMostLeaves) ||
        value_of(block, "num_cat").value_or("0") != "0" ||
        value_of(block, "is_linear").value_or("0") != "0") {
        return false;
    }
    const auto leaves = static_cast<std::size_t>(number.front());
    std::vector<double> values;
    if (!read_numbers(value_of(block, "leaf_value"), leaves, values)) {
        return false;
    }
    Tree tree{.first_split = static_cast<std::uint32_t>(splits_.size()),
              .splits = static_cast<std::uint32_t>(leaves - 1),
              .first_leaf = static_cast<std::uint32_t>(leaf_values_.size())};
    if (leaves == 1) {
        leaf_values_.push_back(values.front());
        trees_.push_back(tree);
        return true;
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
        return false;
    }
    Shape shape{left, right, std::vector<std::uint32_t>(leaves - 1), {}};
    std::uint32_t all = 0;
    if (!shape.walk(0, 0, all) || shape.leaves.size() != leaves) {
        return false;
    }
    for (std::size_t split = 0; split + 1 < leaves; ++split) {
        const int decision = decisions[split];
        const int missing = (decision >> kMissingShift) & kMissingMask;
        if ((decision & kIsCategory) != 0 || missing == kMissingIsZero || columns[split] < 0 ||
            static_cast<std::size_t>(columns[split]) >= model_columns) {
            return false;
        }
        // Where training saw nothing missing, NaN counts as 0.
        const bool nan_goes_left =
            missing == kMissingIsNan ? (decision & kDefaultIsLeft) != 0 : 0 <= thresholds[split];
        splits_.push_back({.column = static_cast<std::uint32_t>(columns[split]),
                           .threshold = float_below(thresholds[split]),
                           .nan_goes_left = nan_goes_left,
                           .kept_on_right = ~shape.under_left[split]});
    }
    for (const int leaf : shape.leaves) {
        if (leaf < 0 || static_cast<std::size_t>(leaf) >= leaves) {
            return false;
        }
        leaf_values_.push_back(values[static_cast<std::size_t>(leaf)]);
    }
    trees_.push_back(tree);
    return true;
}

std::optional<TreeScorer> TreeScorer::parse(std::string_view model_text, std::size_t columns) {
    constexpr std::string_view kTree = "\nTree=";
    TreeScorer out;
    std::size_t at = model_text.find(kTree);
    const std::string_view head = model_text.substr(0, at);
    if (at == std::string_view::npos ||
        !out.set_objective(value_of(head, "objective").value_or("")) ||
        value_of(head, "num_tree_per_iteration") != "1") {
        return std::nullopt;
    }
    out.is_average_ = head.find("\naverage_output\n") != std::string_view::npos;
    const std::string_view trees = model_text.substr(0, model_text.find("\nend of trees\n"));
    while (at != std::string_view::npos && at < trees.size()) {
        const std::size_t next = trees.find(kTree, at + kTree.size());
        if (!out.add_tree(trees.substr(at, next == std::string_view::npos ? next : next - at),
                          columns)) {
            return std::nullopt;
        }
        at = next;
    }
    return out;
}

// GCC makes vector code of the loops over a block's rows, for the machine it runs on.
#if defined(__x86_64__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
__attribute__((target_clones("avx2", "default")))
#endif
void TreeScorer::score_block(const float* columns_of_rows, double* sums) const {
    std::array<std::uint32_t, kBlockRows> left{};
    for (const Tree& tree : trees_) {
        left.fill(~std::uint32_t{0});
        for (const Split* split = splits_.data() + tree.first_split;
             split != splits_.data() + tree.first_split + tree.splits; ++split) {
            const float* const values = columns_of_rows + split->column * kBlockRows;
            const float threshold = split->threshold;
            const std::uint32_t kept = split->kept_on_right;
            if (split->nan_goes_left) {
                for (std::size_t row = 0; row < kBlockRows; ++row) {
                    left[row] &= values[row] > threshold ? kept : ~std::uint32_t{0};
                }
            } else {
                for (std::size_t row = 0; row < kBlockRows; ++row) {
                    left[row] &= values[row] <= threshold ? ~std::uint32_t{0} : kept;
                }
            }
        }
        const double* const leaves = leaf_values_.data() + tree.first_leaf;
        for (std::size_t row = 0; row < kBlockRows; ++row) {
            sums[row] += leaves[std::countr_zero(left[row])];
        }
    }
}

double TreeScorer::answer(double sum) const {
    const double value = is_average_ ? sum / static_cast<double>(trees_.size()) : sum;
    switch (link_) {
        case Link::kIdentity:
            return value;
        case Link::kExponential:
            return std::exp(value);
        case Link::kLogistic:
            return 1 / (1 + std::exp(-value));
    }
    return value;
}

void TreeScorer::score(std::span<const float> values, std::size_t columns,
                       std::span<double> out) const {
    std::vector<float> block(columns * kBlockRows);
    std::array<double, kBlockRows> sums{};
    for (std::size_t first = 0; first < out.size(); first += kBlockRows) {
        const std::size_t rows = std::min(kBlockRows, out.size() - first);
        for (std::size_t row = 0; row < rows; ++row) {
            const float* const from = values.data() + (first + row) * columns;
            for (std::size_t column = 0; column < columns; ++column) {
                block[column * kBlockRows + row] = from[column];
            }
        }
        sums.fill(0);
        score_block(block.data(), sums.data());
        for (std::size_t row = 0; row < rows; ++row) {
            out[first + row] = answer(sums[row]);
        }
    }
}

}  // namespace shelfcast::adapters
