#include "detection/tills.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "detection/statistics.h"
#include "detection/wording.h"

namespace shelfcast::detection {

std::vector<Finding> judge_tills(std::span<const TillState> tills) {
    constexpr double kFewestBaskets = 30;
    constexpr double kLongerThanUsual = 1.2;
    std::vector<Finding> findings;
    for (const TillState& till : tills) {
        if (till.baskets < kFewestBaskets || till.share >= 1 || till.others_since <= 0) {
            continue;
        }
        const double log_chance = till.others_since * std::log1p(-till.share);
        // Every basket begins a run that may be long by chance.
        const double limit = log_limit(till.baskets_per_week);
        if (log_chance > kHolds * limit) {
            continue;
        }
        Finding finding;
        finding.subject = {
            .kind = AnomalyKind::kSilentTill, .store = till.store, .register_id = till.register_id};
        finding.raises =
            log_chance <= limit && till.others_since >= kLongerThanUsual * till.longest_usual;
        finding.score = -deviations(log_chance);
        finding.measure = "baskets";
        finding.expected = till.others_since * till.share / (1 - till.share);
        finding.observed = 0;
        finding.started_at_ms = till.last_basket_ms;
        finding.reason = fmt::format(
            "Till {} has sent nothing for {}, while the other tills of the store took {:.0f} "
            "baskets; "
            "usually it takes about one basket in {:.0f}.",
            till.register_id, duration_words(till.newest_basket_ms - till.last_basket_ms),
            till.others_since, 1 / till.share);
        findings.push_back(std::move(finding));
    }
    return findings;
}

}  // namespace shelfcast::detection
