#include "cli/what_if_job.h"

#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "api/scoped_desk.h"
#include "cli/app.h"
#include "cli/what_if_text.h"
#include "pipelines/simulate/chain_history.h"
#include "retail/utf8.h"

namespace shelfcast::cli {
namespace {

using nlohmann::ordered_json;
using replenishment::WhatIfOptions;

constexpr std::string_view kScenariosSetting = "what_if.scenarios";
constexpr std::size_t kMostScenarios = 100;
constexpr std::size_t kMostNameBytes = 100;

std::string text_of(const ordered_json& value) {
    return value.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

/// Today's rule and rates as the chain is configured.
WhatIfOptions configured(const config::Config& config) {
    return {
        .cover_days = static_cast<double>(config.replenishment_baseline_cover_days),
        .service_percent = static_cast<double>(config.replenishment_service_level_percent),
        .lead_time_days = config.replenishment_lead_time_days,
        .review_period_days = config.replenishment_review_period_days,
        .margin_percent = static_cast<double>(config.replenishment_margin_percent),
        .holding_percent_per_year = static_cast<double>(config.replenishment_holding_cost_percent)};
}

/// Name to options, as they were kept.
Result<ordered_json> kept_scenarios(App& app) {
    SHELFCAST_ASSIGN(const std::optional<std::string> text, app.store().setting(kScenariosSetting));
    if (!text) {
        return ordered_json::object();
    }
    ordered_json kept = ordered_json::parse(*text, nullptr, false);
    if (!kept.is_object()) {
        return fail(ErrorKind::kCorrupted, "setting {} is no JSON object", kScenariosSetting);
    }
    return kept;
}

Result<std::optional<StoreId>> store_of(App& app, const ordered_json& request) {
    const auto found = request.find("store_id");
    if (found == request.end() || found->is_null()) {
        return std::optional<StoreId>();
    }
    const bool is_id =
        found->is_number_unsigned() && found->get<std::uint64_t>() <= retail::kMaxStoreId;
    if (!is_id) {
        return fail(ErrorKind::kInvalidInput, "store_id: {} is no store's id", text_of(*found));
    }
    const StoreId store{found->get<std::uint32_t>()};
    SHELFCAST_ASSIGN(const retail::StoreCatalog catalog, app.store().catalog(std::nullopt));
    if (catalog.time_zone(store) == nullptr) {
        return fail(ErrorKind::kNotFound, "there is no store {}", store.value);
    }
    return std::optional(store);
}

/// A store that a scenario names is that of the request, too, unless it names another.
Result<WhatIfOptions> options_of(App& app, ordered_json& request) {
    WhatIfOptions options = configured(app.config());
    const auto scenario = request.find("scenario");
    if (scenario != request.end() && !scenario->is_null()) {
        const std::string name = scenario->is_string() ? scenario->get<std::string>() : "";
        SHELFCAST_ASSIGN(const ordered_json kept, kept_scenarios(app));
        const auto found = kept.find(name);
        if (found == kept.end()) {
            return fail(ErrorKind::kNotFound, "there is no scenario {}", text_of(*scenario));
        }
        SHELFCAST_TRY(read_options(*found, {"store_id"}, options));
        if (const auto store = found->find("store_id");
            store != found->end() && !request.contains("store_id")) {
            request["store_id"] = *store;
        }
    }
    SHELFCAST_TRY(read_options(request, {"store_id", "scenario"}, options));
    if (options.days > simulate::kMostReplayedDays) {
        return fail(ErrorKind::kInvalidInput, "days {}: 1 to {}", options.days,
                    simulate::kMostReplayedDays);
    }
    return options;
}

Result<std::string> answer(App& app, std::string_view body, const ports::StoreScope& scope,
                           const std::stop_token& stop) {
    ordered_json request =
        body.empty() ? ordered_json::object() : ordered_json::parse(body, nullptr, false);
    if (!request.is_object()) {
        return fail(ErrorKind::kInvalidInput, "the request is no JSON object");
    }
    SHELFCAST_ASSIGN(const WhatIfOptions options, options_of(app, request));
    SHELFCAST_ASSIGN(const std::optional<StoreId> store, store_of(app, request));
    if (store) {
        SHELFCAST_TRY(api::check_seen(scope, *store));
    } else if (!scope.is_everything()) {
        return fail(ErrorKind::kForbidden,
                    "store_id: name the store; a question of all stores is for who sees them all");
    }
    SHELFCAST_ASSIGN(const auto history, app.history().history(stop));
    const policy::PanelColumns& all = history->columns;
    ordered_json taken = options_json(options);
    ReplayedHistory replayed{
        .series = all.demand.series, .last_date = all.last_date, .days = options.days};
    Result<replenishment::WhatIfAnswer> found = fail(ErrorKind::kInvalidInput, "not asked");
    if (store) {
        SHELFCAST_ASSIGN(const replenishment::DemandColumns some, history->of_store(*store));
        replayed.series = some.series;
        taken["store_id"] = store->value;
        found = replenishment::what_if(some, options);
    } else {
        found = replenishment::what_if(all.demand, options);
    }
    if (!found) {
        return tl::unexpected(std::move(found.error()));
    }
    return text_of(answer_json(replayed, *found, taken, remarks_of(all, *found)));
}

Result<std::string> list(App& app) {
    SHELFCAST_ASSIGN(const ordered_json kept, kept_scenarios(app));
    ordered_json out = {{"scenarios", ordered_json::array()}};
    for (const auto& [name, options] : kept.items()) {
        out["scenarios"].push_back({{"name", name}, {"options", options}});
    }
    return text_of(out);
}

Result<std::string> save(App& app, std::string_view name, std::string_view body) {
    if (name.empty() || name.size() > kMostNameBytes ||
        retail::first_bad_utf8(name) != name.size()) {
        return fail(ErrorKind::kInvalidInput, "scenario \"{}\": a name is 1 to {} bytes of UTF-8",
                    retail::printable(name), kMostNameBytes);
    }
    const ordered_json options = ordered_json::parse(body, nullptr, false);
    WhatIfOptions judged = configured(app.config());
    SHELFCAST_TRY(read_options(options, {"store_id"}, judged));
    SHELFCAST_TRY(replenishment::check_options(judged));
    SHELFCAST_TRY(store_of(app, options));
    SHELFCAST_ASSIGN(ordered_json kept, kept_scenarios(app));
    if (!kept.contains(name) && kept.size() >= kMostScenarios) {
        return fail(ErrorKind::kInvalidInput, "{} scenarios are kept already: remove one",
                    kept.size());
    }
    kept[std::string(name)] = options;
    SHELFCAST_TRY(app.store().put_setting(kScenariosSetting, text_of(kept)));
    return text_of({{"name", name}, {"options", options}});
}

Result<std::string> remove(App& app, std::string_view name) {
    SHELFCAST_ASSIGN(ordered_json kept, kept_scenarios(app));
    if (kept.erase(std::string(name)) == 0) {
        return fail(ErrorKind::kNotFound, "there is no scenario \"{}\"", retail::printable(name));
    }
    SHELFCAST_TRY(app.store().put_setting(kScenariosSetting, text_of(kept)));
    return text_of({{"name", name}});
}

}  // namespace

api::WhatIfDesk what_if_desk(App& app) {
    // One change of the kept scenarios at a time.
    const auto changing = std::make_shared<std::mutex>();  // Shared by the two that change them.
    return {
        .answer = [&app](std::string_view body, const ports::StoreScope& scope,
                         const std::stop_token& stop) { return answer(app, body, scope, stop); },
        .scenarios = [&app] { return list(app); },
        .save =
            [&app, changing](std::string_view name, std::string_view body) {
                const std::scoped_lock lock(*changing);
                return save(app, name, body);
            },
        .remove =
            [&app, changing](std::string_view name) {
                const std::scoped_lock lock(*changing);
                return remove(app, name);
            }};
}

api::Job simulate_job(App& app) {
    return [&app](const std::string& request, const api::JobProgress& /*progress*/,
                  const std::stop_token& stop) {
        return answer(app, request, ports::StoreScope::everything(), stop);
    };
}

}  // namespace shelfcast::cli
