#include "cli/session.h"

#include <nlohmann/json.hpp>
#include <optional>

#include "adapters/owner_client/owner_client.h"
#include "cli/app.h"
#include "cli/data_directory.h"
#include "cli/pause.h"
#include "cli/progress_bar.h"

namespace shelfcast::cli {
namespace {

using nlohmann::json;

/// An owner needs a second or two to start, longer after a crash.
constexpr auto kPatience = std::chrono::seconds(30);
constexpr auto kLookAgain = std::chrono::milliseconds(50);

/// The owner of the data directory, awaited while it starts; nothing when there is none.
Result<std::optional<OwnerAddress>> await_owner(const config::Config& config,
                                                const std::stop_token& stop) {
    const auto until = std::chrono::steady_clock::now() + kPatience;
    while (true) {
        auto owner = DataDirectory::find_owner(config.data_directory);
        const bool starting = !owner && owner.error().kind == ErrorKind::kBusy;
        if (!starting || stop.stop_requested() || std::chrono::steady_clock::now() >= until) {
            return owner;
        }
        pause(kLookAgain, stop);
    }
}

/// The error that an owner's answer describes.
Error error_from(const json& answer) {
    const json error = answer.value("error", json::object());
    const std::string word = error.value("kind", "");
    for (const ErrorKind kind :
         {ErrorKind::kInvalidInput, ErrorKind::kUnauthenticated, ErrorKind::kForbidden,
          ErrorKind::kNotFound, ErrorKind::kConflict, ErrorKind::kBusy, ErrorKind::kUnavailable,
          ErrorKind::kStorageFull, ErrorKind::kCorrupted}) {
        if (to_string(kind) == word) {
            return {kind, error.value("message", "")};
        }
    }
    return {ErrorKind::kUnavailable, "the owner of the data directory broke off"};
}

Result<std::string> ask_owner(const OwnerAddress& owner, std::string_view name,
                              const std::string& request, const api::JobProgress& progress,
                              const std::stop_token& stop) {
    json last;
    const auto on_line = [&](std::string_view line) {
        json parsed = json::parse(line, nullptr, false);
        if (parsed.is_object() && parsed.contains("progress")) {
            progress(parsed["progress"].dump());
        } else {
            last = std::move(parsed);
        }
    };
    SHELFCAST_ASSIGN(const adapters::OwnerAnswer answer,
                     adapters::post_to_owner({.address = owner.address,
                                              .port = owner.web_port,
                                              .path = fmt::format("/v1/jobs/{}", name),
                                              .token = owner.control_token,
                                              .body = request},
                                             on_line, stop));
    if (answer.status != 200) {
        last = json::parse(answer.text, nullptr, false);
    }
    if (last.is_object() && last.contains("result")) {
        return last["result"].dump();
    }
    return tl::unexpected(error_from(last.is_object() ? last : json::object()));
}

}  // namespace

Result<std::unique_ptr<App>> open_alone(config::Config config, const std::stop_token& stop) {
    config.clickhouse_native_port = 0;
    return App::open(config, stop);
}

Result<std::string> run_job(const config::Config& config, std::string_view name,
                            const std::function<api::Job(App&)>& local, const std::string& request,
                            const api::JobProgress& progress, const std::stop_token& stop) {
    SHELFCAST_ASSIGN(const std::optional<OwnerAddress> owner, await_owner(config, stop));
    if (owner) {
        return ask_owner(*owner, name, request, progress, stop);
    }
    SHELFCAST_ASSIGN(const std::unique_ptr<App> app, open_alone(config, stop));
    return local(*app)(request, progress, stop);
}

Result<std::string> run_job_with_bar(const config::Config& config, std::string_view name,
                                     const std::function<api::Job(App&)>& local,
                                     const std::string& request, const std::stop_token& stop) {
    ProgressBar bar;
    return run_job(config, name, local, request, [&](std::string_view at) { bar.show(at); }, stop);
}

Result<std::optional<std::string>> ask_owner_if_any(const config::Config& config,
                                                    std::string_view name,
                                                    const std::string& request,
                                                    const std::stop_token& stop) {
    SHELFCAST_ASSIGN(const std::optional<OwnerAddress> owner, await_owner(config, stop));
    if (!owner) {
        return std::nullopt;
    }
    SHELFCAST_ASSIGN(std::string answer,
                     ask_owner(*owner, name, request, [](std::string_view) {}, stop));
    return answer;
}

Status with_warehouse(
    const config::Config& config, const std::stop_token& stop,
    const std::function<Status(adapters::clickhouse::ClickHouseWarehouse&)>& use) {
    SHELFCAST_ASSIGN(const std::optional<OwnerAddress> owner, await_owner(config, stop));
    if (owner) {
        SHELFCAST_ASSIGN(const auto warehouse, adapters::clickhouse::ClickHouseWarehouse::connect(
                                                   {.url = owner->warehouse_url,
                                                    .user = owner->warehouse_user,
                                                    .password = owner->warehouse_password}));
        return use(*warehouse);
    }
    config::Config alone = config;
    alone.clickhouse_native_port = 0;
    SHELFCAST_ASSIGN(const std::unique_ptr<App> app, App::open_warehouse(alone, stop));
    return use(app->warehouse());
}

}  // namespace shelfcast::cli
