#include "adapters/lightgbm/tree_scorer.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

// Functions that are compiled for the machine they run on, too; sanitizers cannot start with those.
#if defined(__x86_64__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define SHELFCAST_AVX2 __attribute__((target("avx2")))
#define SHELFCAST_CLONES __attribute__((target_clones("avx2", "default")))
#else
#define SHELFCAST_CLONES
#endif

namespace shelfcast::adapters {
namespace {

// The compiler's vectors: held over a loop, they stay in registers. It takes those apart, byte by
// byte, that are larger than the machine's.
using Bytes16 __attribute__((vector_size(16))) = std::int8_t;
using Bytes32 __attribute__((vector_size(32))) = std::int8_t;

constexpr std::size_t kBlockRows = 256;
template <typename Item>
using ByRow = std::array<Item, kBlockRows>;
using ByPair = std::array<std::uint16_t, kBlockRows / 2>;  ///< Two rows' bytes each.

constexpr std::int8_t kFirstBin = std::numeric_limits<std::int8_t>::min();
constexpr std::int8_t kLastBin = std::numeric_limits<std::int8_t>::max();
constexpr std::size_t kMostBounds = 255;  // What is above all of them is in the last bin.

// Leaves stand in groups of 16, each where its bit times this number has it in the upper four bits:
// a de Bruijn sequence, whose windows all differ. That finds a leaf of many rows at once.
constexpr std::size_t kGroupLeaves = 16;
constexpr std::size_t kGroupBytes = 2;
constexpr std::uint32_t kDeBruijn = 0x0F2D;

/// Of the leaf of the lowest bit.
constexpr std::uint16_t place_of(std::uint16_t bits) {
    const auto lowest = static_cast<std::uint16_t>(bits & -bits);
    return static_cast<std::uint16_t>(static_cast<std::uint16_t>(lowest * kDeBruijn) >> 12U);
}

// The leaves of so many trees have numbers of a byte.
constexpr std::size_t kTogether = 8;
static_assert(kTogether * SmallTrees::kMostLeaves <= 256);

}  // namespace

struct TreeScorer::Block {
    Block(std::size_t columns, std::size_t planes) : values(columns), bins(planes) {}
    std::vector<ByRow<float>> values;
    std::vector<ByRow<std::int8_t>> bins;  ///< By plane.
    /// By tree: of each row the leaves that are left, 8 in a byte, and the number of its leaf.
    std::array<std::array<ByPair, kLeafBytes>, kTogether> left{};
    std::array<ByPair, kTogether> leaves{};
    ByRow<double> sums{};
    [[nodiscard]] std::uint8_t leaf(std::size_t tree, std::size_t row) const {
        return reinterpret_cast<const std::uint8_t*>(leaves[tree].data())[row];
    }
};

std::optional<TreeScorer> TreeScorer::of(std::span<const SmallTrees* const> ensembles,
                                         std::size_t columns) {
    TreeScorer out;
    out.bounds_.resize(columns);
    const auto for_each_split = [&](const auto& take) {
        for (const SmallTrees* const ensemble : ensembles) {
            for (const SmallTrees::Tree& tree : ensemble->trees) {
                std::ranges::for_each(tree.splits, take);
            }
        }
    };
    const auto put_in_order = [](auto& items) {
        std::ranges::sort(items);
        items.erase(std::unique(items.begin(), items.end()), items.end());
    };
    for_each_split([&](const SmallTrees::Split& split) {
        out.bounds_[split.column].push_back(split.threshold);
    });
    std::ranges::for_each(out.bounds_, put_in_order);
    if (std::ranges::any_of(out.bounds_,
                            [](const auto& all) { return all.size() > kMostBounds; })) {
        return std::nullopt;
    }
    for_each_split(
        [&](const SmallTrees::Split& split) { out.planes_.push_back(out.plane_of(split)); });
    put_in_order(out.planes_);
    std::ranges::for_each(ensembles, [&](const SmallTrees* ensemble) { out.add(*ensemble); });
    return out;
}

std::int8_t TreeScorer::bin_of(std::size_t column, float value) const {
    const std::vector<float>& bounds = bounds_[column];
    return static_cast<std::int8_t>(std::ranges::lower_bound(bounds, value) - bounds.begin() +
                                    kFirstBin);
}

TreeScorer::Plane TreeScorer::plane_of(const SmallTrees::Split& split) const {
    Plane out{.column = split.column, .nan = bin_of(split.column, 0)};
    if (split.nan != SmallTrees::Nan::kIsZero) {
        out.nan = split.nan == SmallTrees::Nan::kGoesLeft ? kFirstBin : kLastBin;
    }
    return out;
}

void TreeScorer::add(const SmallTrees& ensemble) {
    ensembles_.push_back({.first_tree = trees_.size(),
                          .trees = ensemble.trees.size(),
                          .link = ensemble.link,
                          .is_average = ensemble.is_average});
    std::ranges::for_each(ensemble.trees, [&](const SmallTrees::Tree& tree) { add_tree(tree); });
    while ((trees_.size() - ensembles_.back().first_tree) % kTogether != 0) {
        add_tree({.splits = {}, .leaf_values = {0}});  // To any sum but -0, which none is.
    }
}

void TreeScorer::add_tree(const SmallTrees::Tree& tree) {
    const std::size_t leaves = tree.leaf_values.size();
    const std::size_t groups = (leaves + kGroupLeaves - 1) / kGroupLeaves;
    Tree out{.first_leaf = static_cast<std::uint32_t>(leaf_values_.size()),
             .leaf_groups = static_cast<std::uint32_t>(groups)};
    leaf_values_.resize(leaf_values_.size() + groups * kGroupLeaves);
    for (std::size_t leaf = 0; leaf < leaves; ++leaf) {
        const std::size_t in_group = leaf % kGroupLeaves;
        const auto bit = static_cast<std::uint16_t>(1U << in_group);
        leaf_values_[out.first_leaf + leaf - in_group + place_of(bit)] = tree.leaf_values[leaf];
    }
    for (std::size_t byte = 0; byte < kLeafBytes; ++byte) {
        out.strikes[byte] = static_cast<std::uint32_t>(strikes_.size());
        for (const SmallTrees::Split& split : tree.splits) {
            const auto kept = static_cast<std::int8_t>(~split.under_left >> (8 * byte));
            if (kept != -1) {
                const auto plane = std::ranges::lower_bound(planes_, plane_of(split));
                const std::int8_t last_left = bin_of(split.column, split.threshold);
                strikes_.push_back({.plane = static_cast<std::uint32_t>(plane - planes_.begin()),
                                    .first_right = static_cast<std::int8_t>(last_left + 1),
                                    .kept = kept});
            }
        }
    }
    out.strikes.back() = static_cast<std::uint32_t>(strikes_.size());
    trees_.push_back(out);
}

void TreeScorer::put_by_column(const float* values, std::size_t rows, Block& block) const {
    // So few rows at a time that the processor has them near it for all columns.
    constexpr std::size_t kRows = 32;
    const std::size_t columns = bounds_.size();
    for (std::size_t first = 0; first < rows; first += kRows) {
        const std::size_t end = std::min(first + kRows, rows);
        for (std::size_t column = 0; column < columns; ++column) {
            ByRow<float>& own = block.values[column];
            for (std::size_t row = first; row < end; ++row) {
                own[row] = values[row * columns + column];
            }
        }
    }
}

SHELFCAST_CLONES
void TreeScorer::count_into_bins(Block& block) const {
    ByRow<std::int32_t> bins;
    for (std::size_t plane = 0; plane < planes_.size(); ++plane) {
        const ByRow<float>& own = block.values[planes_[plane].column];
        const auto nan = std::int32_t{planes_[plane].nan};
        for (std::size_t row = 0; row < kBlockRows; ++row) {
            bins[row] = own[row] != own[row] ? nan : kFirstBin;
        }
        for (const float bound : bounds_[planes_[plane].column]) {  // NaN is above none.
            for (std::size_t row = 0; row < kBlockRows; ++row) {
                bins[row] += own[row] > bound ? 1 : 0;
            }
        }
        for (std::size_t row = 0; row < kBlockRows; ++row) {
            block.bins[plane][row] = static_cast<std::int8_t>(bins[row]);
        }
    }
}

template <typename Vector>
[[gnu::always_inline]] inline void TreeScorer::rule_out_with(std::span<const Tree> trees,
                                                             Block& block) const {
    std::array<Vector, 8> left;
    constexpr std::size_t kRows = sizeof(left);
    static_assert(kBlockRows % kRows == 0);
    for (std::size_t tree = 0; tree < trees.size(); ++tree) {
        const std::size_t bytes = trees[tree].leaf_groups * kGroupBytes;
        for (std::size_t at = 0; at < bytes * kBlockRows; at += kRows) {
            const std::size_t byte = at / kBlockRows;
            const std::size_t row = at % kBlockRows;
#pragma GCC unroll 8
            for (Vector& part : left) {
                part = ~Vector{};
            }
            const Strike* const end = strikes_.data() + trees[tree].strikes[byte + 1];
            for (const Strike* strike = strikes_.data() + trees[tree].strikes[byte]; strike != end;
                 ++strike) {
                const std::int8_t* const bins = block.bins[strike->plane].data() + row;
                const Vector first_right = strike->first_right - Vector{};
                const Vector kept = strike->kept - Vector{};
#pragma GCC unroll 8
                for (std::size_t part = 0; part < left.size(); ++part) {
                    Vector own;
                    std::memcpy(&own, bins + part * sizeof(Vector), sizeof(Vector));
                    left[part] &= (own < first_right) | kept;
                }
            }
#pragma GCC unroll 8
            for (std::size_t part = 0; part < left.size(); ++part) {
                std::memcpy(&block.left[tree][byte][(row + part * sizeof(Vector)) / 2], &left[part],
                            sizeof(Vector));
            }
        }
    }
}

#ifdef SHELFCAST_AVX2
SHELFCAST_AVX2
void TreeScorer::rule_out_with_avx2(std::span<const Tree> trees, Block& block) const {
    rule_out_with<Bytes32>(trees, block);
}
#endif

void TreeScorer::rule_out_leaves(std::span<const Tree> trees, Block& block) const {
#ifdef SHELFCAST_AVX2
    if (__builtin_cpu_supports("avx2")) {
        rule_out_with_avx2(trees, block);
        return;
    }
#endif
    rule_out_with<Bytes16>(trees, block);
}

SHELFCAST_CLONES
void TreeScorer::pick_leaves(std::span<const Tree> trees, Block& block) {
    for (std::size_t tree = 0; tree < trees.size(); ++tree) {
        ByPair& leaves = block.leaves[tree];
        for (std::size_t group = trees[tree].leaf_groups; group-- > 0;) {
            const ByPair& low = block.left[tree][kGroupBytes * group];
            const ByPair& high = block.left[tree][kGroupBytes * group + 1];
            const auto number = static_cast<std::uint16_t>(
                trees[tree].first_leaf - trees.front().first_leaf + group * kGroupLeaves);
            // Of two rows, the one in the lower bytes and the one in the upper.
            const auto one = [&](std::size_t pair) {
                return static_cast<std::uint16_t>((low[pair] & 0xFF) | high[pair] << 8);
            };
            const auto two = [&](std::size_t pair) {
                return static_cast<std::uint16_t>(low[pair] >> 8 | (high[pair] & 0xFF00));
            };
            if (group + 1 == trees[tree].leaf_groups) {
                for (std::size_t pair = 0; pair < leaves.size(); ++pair) {
                    leaves[pair] = static_cast<std::uint16_t>((number + place_of(one(pair))) |
                                                              (number + place_of(two(pair))) << 8);
                }
                continue;
            }
            for (std::size_t pair = 0; pair < leaves.size(); ++pair) {
                const int of_one =
                    one(pair) != 0 ? number + place_of(one(pair)) : leaves[pair] & 0xFF;
                const int of_two =
                    two(pair) != 0 ? number + place_of(two(pair)) : leaves[pair] >> 8;
                leaves[pair] = static_cast<std::uint16_t>(of_one | of_two << 8);
            }
        }
    }
}

void TreeScorer::add_leaves(const Ensemble& ensemble, Block& block) const {
    for (std::size_t done = 0; done < ensemble.trees; done += kTogether) {
        const std::span trees(trees_.data() + ensemble.first_tree + done, kTogether);
        rule_out_leaves(trees, block);
        pick_leaves(trees, block);
        const double* const values = leaf_values_.data() + trees.front().first_leaf;
        for (std::size_t row = 0; row < kBlockRows; ++row) {
            double sum = block.sums[row];
#pragma GCC unroll 8
            for (std::size_t tree = 0; tree < kTogether; ++tree) {
                sum += values[block.leaf(tree, row)];
            }
            block.sums[row] = sum;
        }
    }
}

double TreeScorer::Ensemble::answer(double sum) const {
    const double value = is_average ? sum / static_cast<double>(trees) : sum;
    switch (link) {
        case SmallTrees::Link::kIdentity:
            return value;
        case SmallTrees::Link::kExponential:
            return std::exp(value);
        case SmallTrees::Link::kLogistic:
            return 1 / (1 + std::exp(-value));
    }
    return value;
}

void TreeScorer::score(std::span<const float> values,
                       std::span<const std::span<double>> out) const {
    Block block(bounds_.size(), planes_.size());
    const std::size_t all = out.empty() ? 0 : out.front().size();
    for (std::size_t first = 0; first < all; first += kBlockRows) {
        const std::size_t rows = std::min(kBlockRows, all - first);
        put_by_column(values.data() + first * bounds_.size(), rows, block);
        count_into_bins(block);
        for (std::size_t i = 0; i < ensembles_.size(); ++i) {
            block.sums.fill(0);
            add_leaves(ensembles_[i], block);
            for (std::size_t row = 0; row < rows; ++row) {
                out[i][first + row] = ensembles_[i].answer(block.sums[row]);
            }
        }
    }
}

}  // namespace shelfcast::adapters
