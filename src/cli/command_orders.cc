#include <pwd.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "cli/commands.h"
#include "cli/orders_job.h"
#include "cli/session.h"

namespace shelfcast::cli {
namespace {

using nlohmann::json;

/// What the flags of any of these commands say.
struct OrderFlags {
    std::string number;
    std::string store;
    std::string product;
    std::string review_date;
    std::string state;
    std::string before;
    std::string quantity;
    std::string expected_date;
    std::vector<std::string> lines;  ///< PRODUCT=UNITS
    std::string note;
    std::string request_id;
    std::uint32_t limit = 100;
    bool all = false;
};

/// The account that runs this program, for the books.
std::string account_name() {
    const passwd* const entry = ::getpwuid(::geteuid());
    return entry == nullptr ? fmt::format("uid {}", ::geteuid()) : entry->pw_name;
}

/// A number or other JSON value as it was answered.
std::string plain(const json& value) {
    return value.is_string() ? value.get<std::string>() : value.is_null() ? "-" : value.dump();
}

void put(std::map<std::string, std::string>& parameters, const char* name, std::string_view text) {
    if (!text.empty()) {
        parameters[name] = text;
    }
}

/// The answer, printed as it is with --json.
Result<json> ask(const Common& common, OrdersRequest request, const std::stop_token& stop) {
    request.who = account_name();
    SHELFCAST_ASSIGN(const std::string done, run_job_with_bar(common.config, "orders", orders_job,
                                                              to_json_text(request), stop));
    if (common.json) {
        fmt::print("{}\n", done);
    }
    return json::parse(done);
}

std::string describe_order(const json& order) {
    return fmt::format(
        "{} {}: store {}, {}, {} lines, {}{}", plain(order["order_number"]), plain(order["state"]),
        plain(order["store_id"]),
        order["supplier"] == "" ? "supplier unknown" : plain(order["supplier"]),
        order["lines"].size(),
        order["order_value"].is_null() ? "value unknown" : "value " + plain(order["order_value"]),
        order["expected_date"].is_null() ? "" : ", expected " + plain(order["expected_date"]));
}

void print_lines(const json& order) {
    for (const json& line : order["lines"]) {
        fmt::print("  {}: ordered {}, came in {}, short {}, on order {}, cost {}\n",
                   plain(line["product_id"]), plain(line["ordered_units"]),
                   plain(line["came_in_units"]), plain(line["short_units"]),
                   plain(line["open_units"]), plain(line["unit_cost"]));
    }
}

Result<int> run_list_orders(const Common& common, const OrderFlags& flags,
                            const std::stop_token& stop) {
    OrdersRequest request{.ask = "list_orders", .who = {}};
    put(request.parameters, "store", flags.store);
    put(request.parameters, "state", flags.state);
    put(request.parameters, "before", flags.before);
    put(request.parameters, "limit", std::to_string(flags.limit));
    SHELFCAST_ASSIGN(const json answer, ask(common, std::move(request), stop));
    if (common.json) {
        return 0;
    }
    for (const json& order : answer["orders"]) {
        fmt::print("{}\n", describe_order(order));
    }
    fmt::print("{} orders{}\n", answer["orders"].size(),
               answer["next"].is_null() ? "" : "; more with --before " + plain(answer["next"]));
    return 0;
}

Result<int> run_show_order(const Common& common, const OrderFlags& flags,
                           const std::stop_token& stop) {
    SHELFCAST_ASSIGN(
        const json answer,
        ask(common, {.ask = "show_order", .who = {}, .parameters = {{"number", flags.number}}},
            stop));
    if (common.json) {
        return 0;
    }
    print_lines(answer["order"]);
    for (const json& event : answer["history"]) {
        fmt::print("  {} {}{} by {} ({}){}\n", plain(event["at"]), plain(event["action"]),
                   event["product_id"].is_null() ? "" : " of " + plain(event["product_id"]),
                   plain(event["actor"]), plain(event["role"]),
                   event["note"].is_null() ? "" : ": " + plain(event["note"]));
    }
    fmt::print("{}\n", describe_order(answer["order"]));
    return 0;
}

/// {"lines":[{"product_id":…,"received_units":…}]} of PRODUCT=UNITS; a product may have a '='.
Result<json> received_lines(const std::vector<std::string>& texts) {
    json lines = json::array();
    for (const std::string& text : texts) {
        const std::size_t equals = text.rfind('=');
        if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) {
            return fail(ErrorKind::kInvalidInput, "--line {}: write PRODUCT=UNITS", text);
        }
        lines.push_back(
            {{"product_id", text.substr(0, equals)}, {"received_units", text.substr(equals + 1)}});
    }
    return lines;
}

Result<int> run_act(const Common& common, const OrderFlags& flags, const std::string& action,
                    const std::stop_token& stop) {
    json body = json::object();
    if (!flags.note.empty()) {
        body["note"] = flags.note;
    }
    if (!flags.expected_date.empty()) {
        body["expected_date"] = flags.expected_date;
    }
    if (!flags.lines.empty()) {
        SHELFCAST_ASSIGN(body["lines"], received_lines(flags.lines));
    }
    SHELFCAST_ASSIGN(const json answer,
                     ask(common,
                         {.ask = "act_on_order",
                          .who = {},
                          .parameters = {{"number", flags.number}, {"action", action}},
                          .body = body.dump(-1, ' ', false, json::error_handler_t::replace),
                          .request_id = flags.request_id},
                         stop));
    if (!common.json) {
        fmt::print("{}{}\n", answer.value("changed", false) ? "" : "nothing to do: ",
                   describe_order(answer["order"]));
    }
    return 0;
}

std::string describe_proposal(const json& proposal) {
    return fmt::format(
        "{}: {} units, {}{}{}", plain(proposal["product_id"]), plain(proposal["quantity"]),
        plain(proposal["state"]),
        proposal["decided_by"].is_null() ? "" : " by " + plain(proposal["decided_by"]),
        proposal["order_number"].is_null() ? "" : ", in " + plain(proposal["order_number"]));
}

Result<int> run_list_proposals(const Common& common, const OrderFlags& flags,
                               const std::stop_token& stop) {
    OrdersRequest request{.ask = "list_proposals", .who = {}};
    put(request.parameters, "store", flags.store);
    put(request.parameters, "review_date", flags.review_date);
    put(request.parameters, "state", flags.state);
    put(request.parameters, "all", flags.all ? "1" : "");
    SHELFCAST_ASSIGN(const json answer, ask(common, std::move(request), stop));
    if (common.json) {
        return 0;
    }
    for (const json& proposal : answer["proposals"]) {
        fmt::print("{}; proposed {}, value {}, {}\n", describe_proposal(proposal),
                   plain(proposal["order_quantity"]), plain(proposal["value"]),
                   plain(proposal["terms"].value("reason", json())));
    }
    fmt::print("{} proposals of store {} for {}\n", answer["proposals"].size(),
               plain(answer["store_id"]), plain(answer["review_date"]));
    return 0;
}

Result<int> run_decide_all(const Common& common, const OrderFlags& flags, const std::string& action,
                           const std::stop_token& stop) {
    const json body = {
        {"store_id", flags.store}, {"review_date", flags.review_date}, {"note", flags.note}};
    SHELFCAST_ASSIGN(const json answer,
                     ask(common,
                         {.ask = "decide_proposals",
                          .who = {},
                          .parameters = {{"action", action}},
                          .body = body.dump(-1, ' ', false, json::error_handler_t::replace)},
                         stop));
    if (!common.json) {
        for (const json& one : answer["results"]) {
            if (one.contains("error")) {
                fmt::print("{}: {}\n", plain(one["product_id"]), plain(one["error"]["message"]));
            }
        }
        fmt::print("{}: {} proposals, {} were so before, {} were refused\n",
                   action == "approve" ? "approved" : "rejected", plain(answer["changed"]),
                   plain(answer["unchanged"]), plain(answer["failed"]));
    }
    return answer.value("failed", 0) == 0 ? 0 : exit_code(ErrorKind::kConflict);
}

Result<int> run_decide(const Common& common, const OrderFlags& flags, const std::string& action,
                       const std::stop_token& stop) {
    if (flags.product.empty()) {
        return run_decide_all(common, flags, action, stop);
    }
    json body = json::object();
    if (!flags.note.empty()) {
        body["note"] = flags.note;
    }
    if (!flags.quantity.empty()) {
        body["quantity"] = flags.quantity;
    }
    SHELFCAST_ASSIGN(const json answer,
                     ask(common,
                         {.ask = "decide_proposal",
                          .who = {},
                          .parameters = {{"store", flags.store},
                                         {"product", flags.product},
                                         {"review_date", flags.review_date},
                                         {"action", action}},
                          .body = body.dump(-1, ' ', false, json::error_handler_t::replace),
                          .request_id = flags.request_id},
                         stop));
    if (!common.json) {
        fmt::print("{}{}\n", answer.value("changed", false) ? "" : "nothing to do: ",
                   describe_proposal(answer["proposal"]));
    }
    return 0;
}

void add_note_flags(CLI::App& command, OrderFlags& flags) {
    command.add_option("--note", flags.note, "Why, for the books");
    command.add_option("--request-id", flags.request_id,
                       "A text of your own: the same again is the same act");
}

/// orders approve, send … : each with a number.
CLI::App& add_act(Commands& commands, CLI::App& group, const std::string& action,
                  const std::string& help, const std::shared_ptr<OrderFlags>& flags) {
    CLI::App& command = commands.add_to(
        group, action, fmt::format("{}\nExample: shelfcast orders {} PO-000042", help, action),
        [&common = commands.common(), flags, action](const std::stop_token& stop) {
            return run_act(common, *flags, action, stop);
        });
    command.add_option("number", flags->number, "The order, PO-…")->required();
    add_note_flags(command, *flags);
    return command;
}

CLI::App& add_decision(Commands& commands, CLI::App& group, const std::string& action,
                       const std::string& help, const std::shared_ptr<OrderFlags>& flags) {
    CLI::App& command =
        commands.add_to(group, action, help,
                        [&common = commands.common(), flags, action](const std::stop_token& stop) {
                            return run_decide(common, *flags, action, stop);
                        });
    command.add_option("--store", flags->store, "The store's number")->required();
    command.add_option("--review-date", flags->review_date, "Of the proposals, YYYY-MM-DD")
        ->required();
    add_note_flags(command, *flags);
    return command;
}

}  // namespace

void add_orders(Commands& commands) {
    CLI::App& group = commands.add_group("orders", "Purchase orders");
    const Common& common = commands.common();
    const auto flags = std::make_shared<OrderFlags>();
    CLI::App& list =
        commands.add_to(group, "list", "Newest first\nExample: shelfcast orders list --state sent",
                        [&common, flags](const std::stop_token& stop) {
                            return run_list_orders(common, *flags, stop);
                        });
    list.add_option("--store", flags->store, "Only of this store");
    list.add_option("--state", flags->state, "Only in this state: draft, approved, sent …");
    list.add_option("--before", flags->before, "Only older ones than this");
    list.add_option("--limit", flags->limit, "At most so many")
        ->capture_default_str()
        ->check(CLI::Range(1U, 1'000U));
    CLI::App& show = commands.add_to(
        group, "show", "Lines, and who did what when\nExample: shelfcast orders show PO-000042",
        [&common, flags](const std::stop_token& stop) {
            return run_show_order(common, *flags, stop);
        });
    show.add_option("number", flags->number, "The order, PO-…")->required();
    add_act(commands, group, "approve", "A draft is complete, and may be sent", flags);
    add_act(commands, group, "reject", "A draft is not wanted", flags);
    CLI::App& send = add_act(commands, group, "send", "The supplier has it", flags);
    CLI::App& confirm = add_act(commands, group, "confirm", "The supplier said yes", flags);
    for (CLI::App* const dated : {&send, &confirm}) {
        dated->add_option("--expected-date", flags->expected_date, "When it will come, YYYY-MM-DD");
    }
    add_act(commands, group, "receive", "What came in so far; without --line: everything", flags)
        .add_option("--line", flags->lines, "PRODUCT=UNITS in total so far; may be repeated")
        ->allow_extra_args(false);
    add_act(commands, group, "cancel", "What has not come is not wanted any more", flags);
}

void add_proposals(Commands& commands) {
    CLI::App& group = commands.add_group("proposals", "What is proposed to be ordered");
    const Common& common = commands.common();
    const auto flags = std::make_shared<OrderFlags>();
    CLI::App& list = commands.add_to(
        group, "list",
        "Of a store and review date\nExample: shelfcast proposals list --store 1 --review-date "
        "2026-11-22",
        [&common, flags](const std::stop_token& stop) {
            return run_list_proposals(common, *flags, stop);
        });
    list.add_option("--store", flags->store, "The store's number")->required();
    list.add_option("--review-date", flags->review_date, "YYYY-MM-DD")->required();
    list.add_option("--state", flags->state, "Only open, edited, approved or rejected ones");
    list.add_flag("--all", flags->all, "Also those for no units");
    CLI::App& edit =
        add_decision(commands, group, "edit",
                     "Another quantity\nExample: shelfcast proposals edit --store 1 --product tea "
                     "--review-date 2026-11-22 --quantity 24",
                     flags);
    edit.add_option("--product", flags->product, "The product")->required();
    edit.add_option("--quantity", flags->quantity, "Units to order")->required();
    CLI::App& approve = add_decision(
        commands, group, "approve",
        "Into the draft order of its supplier; without --product: all that are undecided\nExample: "
        "shelfcast proposals approve --store 1 --review-date 2026-11-22",
        flags);
    approve.add_option("--product", flags->product, "Only this one");
    approve.add_option("--quantity", flags->quantity, "Refuse if it is for other units than these");
    CLI::App& reject = add_decision(
        commands, group, "reject",
        "Not wanted; without --product: all that are undecided\nExample: shelfcast proposals "
        "reject --store 1 --product tea --review-date 2026-11-22",
        flags);
    reject.add_option("--product", flags->product, "Only this one");
}

}  // namespace shelfcast::cli
