#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "adapters/owner_client/owner_client.h"
#include "adapters/system_clock/system_clock.h"
#include "cli/app.h"
#include "cli/commands.h"
#include "cli/data_directory.h"
#include "cli/producer.h"
#include "cli/session.h"

namespace shelfcast::cli {
namespace {

using nlohmann::json;

constexpr auto kDeliverDeadline = std::chrono::minutes(10);

/// The event door of a running owner, over HTTP.
class OwnerDoor final : public ports::EventDoor {
public:
    explicit OwnerDoor(OwnerAddress owner) : owner_(std::move(owner)) {}

    Result<ports::DoorReceipt> accept(const ports::DoorRequest& request) override {
        SHELFCAST_ASSIGN(const adapters::OwnerAnswer answer,
                         adapters::post_to_owner({.address = owner_.address,
                                                  .port = owner_.web_port,
                                                  .path = "/v1/events",
                                                  .token = owner_.control_token,
                                                  .content_type = "application/x-ndjson",
                                                  .body = std::string(request.body)},
                                                 [](std::string_view) { return true; }));
        const json text = json::parse(answer.text, nullptr, false);
        if (answer.status != 202 || !text.is_object()) {
            const ErrorKind kind = answer.status == 429   ? ErrorKind::kBusy
                                   : answer.status >= 500 ? ErrorKind::kUnavailable
                                                          : ErrorKind::kInvalidInput;
            return fail(kind, "the owner answered {}: {}", answer.status, answer.text);
        }
        ports::DoorReceipt receipt;
        receipt.tally.accepted = text.value("accepted", std::uint64_t{0});
        const json reasons = text.value("reasons", json::object());
        for (const auto& [word, count] : reasons.items()) {
            const auto reason = static_cast<std::size_t>(retail::reject_reason_from(word));
            receipt.tally.rejected_by_reason[reason] += count.get<std::uint64_t>();
        }
        return receipt;
    }

private:
    const OwnerAddress owner_;
};

Result<int> run_produce(const Common& common, const ProduceFlags& flags,
                        const std::stop_token& stop) {
    SHELFCAST_ASSIGN(const std::optional<OwnerAddress> owner,
                     DataDirectory::find_owner(common.config.data_directory));
    const adapters::SystemClock clock;
    Result<produce::ProduceReport> report;
    if (owner) {
        OwnerDoor door(*owner);
        report = produce_into(door, clock, flags, stop);
    } else {
        SHELFCAST_ASSIGN(const std::unique_ptr<App> app, open_alone(common.config, stop));
        SHELFCAST_TRY(add_demo_stores(app->store()));
        report = produce_into(app->door(), clock, flags, stop);
        if (report) {
            SHELFCAST_TRY(app->wait_caught_up(kDeliverDeadline, stop));
        }
    }
    if (!report) {
        return forward_error(report);
    }
    if (common.json) {
        fmt::print("{}\n", json{{"sent", report->sent},
                                {"accepted", report->tally.accepted},
                                {"rejected", report->tally.rejected()},
                                {"skipped", report->skipped},
                                {"seconds", report->seconds}}
                               .dump());
    } else {
        fmt::print("produced: {} events in {:.1f} s, {} accepted, {} rejected\n", report->sent,
                   report->seconds, report->tally.accepted, report->tally.rejected());
    }
    return 0;
}

}  // namespace

void add_produce(Commands& commands) {
    const auto flags = std::make_shared<ProduceFlags>();
    CLI::App& command =
        commands.add("produce",
                     "Make receipts of a small synthetic chain\n"
                     "Example: shelfcast produce --rate 100 --events 1000",
                     [&common = commands.common(), flags](const std::stop_token& stop) {
                         return run_produce(common, *flags, stop);
                     });
    add_produce_flags(command, *flags);
}

}  // namespace shelfcast::cli
