#pragma once

/// \file pipelines/batch/epoch_state.h
/// The batch operator's state at the end of each closed epoch: both layers start from it.

#include <string>

#include "base/result.h"
#include "operator/operator.h"
#include "ports/lake.h"
#include "ports/state_store.h"

namespace shelfcast::batch {

/// The blob name of an epoch's state, without the operator's prefix: "epoch-00000007".
[[nodiscard]] std::string epoch_state_name(EpochId epoch);

/// Brings a fresh operator to the state at the end of a closed epoch: the stored one or, where that
/// is missing or damaged, one made anew from the lake's accepted rows, as far back in log time as
/// the operator's duplicate horizon goes. Epoch 0 leaves it empty. Errors: kCorrupted (the lake),
/// kUnavailable.
[[nodiscard]] Status load_epoch_state(operators::Operator& target, EpochId epoch,
                                      ports::StateStore& state, ports::Lake& lake);

}  // namespace shelfcast::batch
