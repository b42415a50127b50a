#pragma once

/// \file pipelines/forecast/shape_search.h
/// Looks for hyper-parameters that forecast the days held back better than the usual ones.

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "demand/held_back.h"
#include "pipelines/forecast/tree_shape.h"

namespace shelfcast::forecast {

/// Forecasts of the days held back by trees of that shape.
using HoldOut = std::function<Result<demand::HeldBack>(const TreeShape&)>;

struct FoundShape {
    TreeShape shape;
    demand::HeldBack held_back;        ///< By that shape.
    std::vector<std::string> remarks;  ///< What was tried, in words.
};

/// One parameter at a time, in a fixed order, while `may_search` says so: few weeks decide, so a
/// shape takes the place of a better known one only where its loss is a hundredth less. Loss: the
/// mean of three ratios to the first shape's, of the pinball losses at .5 and .9 and of the root of
/// the mean's squared errors. Errors: those of `hold_out`.
[[nodiscard]] Result<FoundShape> find_shape(const TreeShape& usual, const HoldOut& hold_out,
                                            const std::function<bool()>& may_search);

}  // namespace shelfcast::forecast
