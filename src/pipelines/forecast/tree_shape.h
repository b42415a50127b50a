#pragma once

/// \file pipelines/forecast/tree_shape.h
/// The hyper-parameters of one forecaster's trees: what a search may change. Plain values.

#include <cstddef>

namespace shelfcast::forecast {

struct TreeShape {
    std::size_t trees = 120;  ///< In each ensemble.
    double learning_rate = 0.07;
    std::size_t leaves = 12;
    std::size_t min_rows_in_leaf = 200;
    double lambda_l2 = 1;
    double tweedie_power = 1.2;
    bool random_forest = false;  ///< The simple baseline: its mean is of squares, not Tweedie's.
    bool operator==(const TreeShape&) const = default;
};

}  // namespace shelfcast::forecast
