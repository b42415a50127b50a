#pragma once

/// \file cli/what_if_text.h
/// What-if questions and answers as JSON, in the words of docs/REPLENISHMENT.md; the same over HTTP
/// and on the command line.

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/result.h"
#include "pipelines/policy/demand_columns.h"
#include "replenishment/policies/what_if.h"

namespace shelfcast::cli {

/// What of history an answer is about.
struct ReplayedHistory {
    std::size_t series = 0;
    std::int32_t last_date = 0;  ///< Days since 1970-01-01.
    std::size_t days = 0;        ///< The last ones.
};

/// Every option by its name.
[[nodiscard]] nlohmann::ordered_json options_json(const replenishment::WhatIfOptions& options);

/// Puts the members of `request` that are options over those of `options`. Error: kInvalidInput
/// naming the member and its value (of another kind, or no option and not among `others`). Ranges
/// are what_if()'s to judge.
[[nodiscard]] Status read_options(const nlohmann::ordered_json& request,
                                  const std::vector<std::string>& others,
                                  replenishment::WhatIfOptions& options);

/// {"first_date","last_date","days","warm_up_days","series","assumptions":{…},"today":{…},
/// "what_if":{…},"difference":{…},"remarks":[…]}. `assumptions` is given: what else was taken.
[[nodiscard]] nlohmann::ordered_json answer_json(const ReplayedHistory& history,
                                                 const replenishment::WhatIfAnswer& answer,
                                                 const nlohmann::ordered_json& assumptions,
                                                 const std::vector<std::string>& remarks);

/// For people: both columns, what was taken, remarks. `answer` as answer_json() makes it.
[[nodiscard]] std::string answer_text(const nlohmann::ordered_json& answer);

/// What a person should know of the days and of the answer.
[[nodiscard]] std::vector<std::string> remarks_of(const policy::PanelColumns& columns,
                                                  const replenishment::WhatIfAnswer& answer);

}  // namespace shelfcast::cli
