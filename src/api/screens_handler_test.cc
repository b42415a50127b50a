#include "api/screens_handler.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "api/live_handler.h"
#include "api/test_no_logins.h"
#include "ports/test_hand_clock.h"
#include "ports/test_one_store.h"

namespace shelfcast::api {
namespace {

class PlainDigest final : public ports::Digest {
public:
    std::string sha256_hex(std::string_view bytes) const override {
        return fmt::format("{:016x}{:048}", std::hash<std::string_view>()(bytes), 0);
    }
    ports::KeyedDigest keyed(std::string_view, std::string_view) const override { return {}; }
};

/// Where the speed layer is; the rest is not asked for.
class Epochs final : public ports::EpochLedger {
public:
    Result<ports::SpeedSession> session() override { return ports::SpeedSession{}; }
    Result<SessionId> begin_session(SessionId) override { return SessionId{}; }
    Status mark_verified(SessionId, std::int64_t) override { return {}; }
    Result<ports::FlushRecord> write_down(const ports::FlushDraft&, SessionId) override {
        return ports::FlushRecord{};
    }
    Status mark_done(FlushId, SessionId) override { return {}; }
    Result<std::uint32_t> next_attempt(FlushId) override { return 1U; }
    Result<std::vector<ports::FlushRecord>> undone_flushes(EpochId) override {
        return std::vector<ports::FlushRecord>(undone);
    }
    Result<bool> has_flushes(EpochId) override { return false; }
    Result<std::vector<ports::FlushRecord>> flushes(EpochId) override {
        return std::vector<ports::FlushRecord>();
    }
    Result<std::vector<ports::EpochCut>> written_ends() override {
        if (is_away) {
            return fail(ErrorKind::kUnavailable, "the ledger is away");
        }
        return std::vector<ports::EpochCut>{{"retail_events", PartitionId{0}, end}};
    }
    Result<EpochId> open_epoch() override { return EpochId{3}; }
    Result<std::vector<EpochId>> closing_epochs() override { return std::vector<EpochId>(); }
    Result<EpochId> raise_epoch(std::uint32_t) override { return EpochId{}; }
    Result<std::vector<ports::EpochCut>> cuts(EpochId) override {
        return std::vector<ports::EpochCut>();
    }
    Status mark_closed(EpochId, std::int64_t) override { return {}; }
    Result<std::vector<EpochId>> closed_before(std::int64_t) override {
        return std::vector<EpochId>();
    }
    Status forget_flushes(EpochId) override { return {}; }
    std::int64_t end = 7;
    std::size_t undone = 0;
    bool is_away = false;
};

/// Watermarks of store 1, newest on 2024-10-04 at noon.
class Watermarks final : public ports::QueryRunner {
public:
    Result<retail::ColumnBlock> read_rows(std::string_view,
                                          std::span<const retail::ColumnSpec> columns,
                                          const ports::QueryValues&) override {
        ++asked;
        if (when_asked) {
            SHELFCAST_TRY(when_asked());
        }
        retail::ColumnBlock rows = retail::make_block(columns);
        rows.data<std::vector<std::uint32_t>>("store_id").push_back(1);
        rows.data<std::vector<std::int64_t>>("last_event_ms").push_back(1'728'043'200'000);
        rows.data<std::vector<std::uint16_t>>("newest_date").push_back(20'000);
        return rows;
    }
    std::function<Status()> when_asked;
    int asked = 0;
};

class Tables final : public ports::TableSource {
public:
    Result<std::string> read_table(std::string_view, const ports::QueryValues& values,
                                   ports::TableFormat format) override {
        ++asked;
        last_values = values;
        last_format = format;
        if (during) {
            during();
        }
        return answer;
    }
    Status stream_table(std::string_view, const ports::QueryValues& values,
                        ports::TableFormat format, const ports::TableSink& sink) override {
        last_values = values;
        last_format = format;
        SHELFCAST_TRY(answer);
        for (const char byte : *answer) {
            if (!sink(std::string_view(&byte, 1))) {
                return fail(ErrorKind::kUnavailable, "broken off");
            }
        }
        return {};
    }
    Result<std::string> answer = std::string();
    std::function<void()> during;
    ports::QueryValues last_values;
    ports::TableFormat last_format = ports::TableFormat::kJsonLines;
    int asked = 0;
};

class ScreensHandler : public testing::Test {
protected:
    ports::HttpResponse get(const std::string& path, std::vector<ports::HttpField> query = {},
                            std::vector<ports::HttpField> headers = {}) {
        headers.emplace_back("Host", "localhost");
        for (const ports::HttpRoute& route :
             screen_routes(ports_, LoginGuard(needs_login_, logins_))) {
            if (route.pattern == path) {
                return route.handler({.method = "GET",
                                      .path = path,
                                      .query_parameters = std::move(query),
                                      .headers = std::move(headers)},
                                     {});
            }
        }
        return {.status = 404};
    }
    static std::string header(const ports::HttpResponse& response, std::string_view name) {
        const auto found = std::ranges::find(response.headers, name, &ports::HttpField::first);
        return found == response.headers.end() ? "" : found->second;
    }

    bool needs_login_ = false;
    NoLogins logins_;
    Epochs epochs_;
    ports::OneStore stores_;
    Watermarks watermarks_;
    Tables tables_;
    PlainDigest digest_;
    ports::HandClock clock_{1'728'050'000'000'000};
    ScreenStamps stamps_{epochs_, stores_, watermarks_, clock_};
    int looked_ = 0;
    ScreenAnswers answers_{clock_};
    ScreenPorts ports_{tables_, stamps_, answers_, digest_, clock_, [this] { ++looked_; }};
};

TEST_F(ScreensHandler, AnAnswerSaysWhatItHoldsUpTo) {
    tables_.answer = std::string("{\"a\":1}\n{\"a\":2}\n");
    const auto answer = get("/v1/screens/home_kpis");
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(answer.body,
              R"({"as_of":"2024-10-04T12:00:00.000Z","business_date":"2024-10-04",)"
              R"("through":{"closed_epoch":2,"open_epoch":3,"offsets":[{"topic":"retail_events",)"
              R"("partition":0,"offset":7}],"is_exact":true},"completeness":{"stores_expected":1,)"
              R"("stores_heard":1,"silent":[]},"rows":[{"a":1},{"a":2}],"next_cursor":null})");
    EXPECT_EQ(tables_.last_values.at("today"), "2024-10-04");
    EXPECT_EQ(tables_.last_values.at("all_stores"), "1");
    EXPECT_EQ(looked_, 1);
}

TEST_F(ScreensHandler, RowsReadWhileSomethingMovedAreNotExact) {
    const auto is_exact = [&] {
        return get("/v1/screens/home_kpis").body.find("\"is_exact\":true") != std::string::npos;
    };
    EXPECT_TRUE(is_exact());
    tables_.during = [&] { ++epochs_.end; };
    EXPECT_FALSE(is_exact());
    tables_.during = nullptr;
    EXPECT_FALSE(is_exact()) << "the watermarks are older than the offsets";
    clock_.at_us += 1'000'000;
    EXPECT_TRUE(is_exact());
    epochs_.undone = 1;
    clock_.at_us += 1'000'000;
    EXPECT_FALSE(is_exact()) << "a flush is written down and not in the views yet";
}

TEST_F(ScreensHandler, TheWarehouseIsAskedForWatermarksWhenSomethingWasWritten) {
    get("/v1/screens/home_kpis");
    get("/v1/screens/home_kpis");
    clock_.at_us += 60'000'000;
    get("/v1/screens/history_days");
    EXPECT_EQ(watermarks_.asked, 1);
    ++epochs_.end;
    get("/v1/screens/history_days");
    EXPECT_EQ(watermarks_.asked, 2);
}

TEST_F(ScreensHandler, AHangingWarehouseIsWaitedForOnceByThoseWhoCameMeanwhile) {
    watermarks_.when_asked = [this]() -> Status {
        clock_.at_us += 35'000'000;  // So long it was waited for.
        return fail(ErrorKind::kUnavailable, "not in time");
    };
    EXPECT_EQ(get("/v1/screens/home_kpis").status, 503);
    EXPECT_EQ(get("/v1/screens/home_kpis").status, 503);
    EXPECT_EQ(watermarks_.asked, 1);
    watermarks_.when_asked = nullptr;
    clock_.at_us += 1'000'000;
    EXPECT_EQ(get("/v1/screens/home_kpis").status, 200);
}

TEST_F(ScreensHandler, WhatTookLongIsKeptWithTheStampOfItsReading) {
    tables_.during = [&] { clock_.at_us += 100'000; };
    tables_.answer = std::string("{\"a\":1}\n");
    const std::string first = get("/v1/screens/inventory_items").body;
    tables_.answer = std::string("{\"a\":2}\n");
    ++epochs_.end;
    clock_.at_us += 1'900'000;
    EXPECT_EQ(get("/v1/screens/inventory_items").body, first);
    EXPECT_EQ(tables_.asked, 1);
    // Other rows are other answers, and so are other stores.
    get("/v1/screens/inventory_items", {{"limit", "7"}});
    EXPECT_EQ(tables_.asked, 2);
    get("/v1/screens/inventory_items", {{"store", "1"}});
    EXPECT_EQ(tables_.asked, 3);
    get("/v1/screens/inventory_items", {{"category", "Tea"}});
    EXPECT_EQ(tables_.asked, 4);
    EXPECT_NE(get("/v1/screens/inventory_items", {}, {{"Cache-Control", "no-cache"}}).body, first);
    EXPECT_EQ(tables_.asked, 5);
    clock_.at_us += 200'000;
    EXPECT_NE(get("/v1/screens/inventory_items").body, first) << "20 times what it took";
    // What is live is shared for half a second of those who see the same stores.
    tables_.during = nullptr;
    get("/v1/screens/realtime_ticker");
    clock_.at_us += 400'000;
    get("/v1/screens/realtime_ticker");
    EXPECT_EQ(tables_.asked, 7);
    get("/v1/screens/realtime_ticker", {{"store", "1"}});
    EXPECT_EQ(tables_.asked, 8);
    clock_.at_us += 100'000;
    get("/v1/screens/realtime_ticker");
    EXPECT_EQ(tables_.asked, 9);
    // Which somebody's act changes is asked anew each time.
    get("/v1/screens/inventory_restock");
    get("/v1/screens/inventory_restock");
    EXPECT_EQ(tables_.asked, 11);
}

TEST_F(ScreensHandler, ASearchHasOnePage) {
    tables_.answer = std::string("{\"id\":1}\n{\"id\":2}\n");
    const auto found = get("/v1/search", {{"q", "tea"}, {"limit", "1"}});
    ASSERT_EQ(found.status, 200) << found.body;
    EXPECT_NE(found.body.find(R"("next_cursor":null)"), std::string::npos) << found.body;
}

TEST_F(ScreensHandler, AnAnswerThatTheCallerHasIsNotSentAgain) {
    tables_.answer = std::string("{\"a\":1}\n");
    const std::string tag = header(get("/v1/screens/home_kpis"), "ETag");
    ASSERT_TRUE(tag.starts_with('"')) << tag;
    const auto same = get("/v1/screens/home_kpis", {}, {{"If-None-Match", "\"x\", " + tag}});
    EXPECT_EQ(same.status, 304);
    EXPECT_EQ(same.body, "");
    EXPECT_EQ(header(same, "ETag"), tag);
    tables_.answer = std::string("{\"a\":2}\n");
    EXPECT_EQ(get("/v1/screens/home_kpis", {}, {{"If-None-Match", tag}}).status, 200);
}

TEST_F(ScreensHandler, PagesFollowEachOther) {
    tables_.answer = std::string("{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n");
    const auto first = get("/v1/screens/history_days", {{"limit", "2"}});
    EXPECT_EQ(tables_.last_values.at("row_limit"), "3");
    EXPECT_NE(first.body.find(R"("rows":[{"a":1},{"a":2}])"), std::string::npos) << first.body;
    const std::size_t at = first.body.find("\"next_cursor\":\"") + 15;
    const std::string cursor = first.body.substr(at, first.body.find('"', at) - at);
    tables_.answer = std::string("{\"a\":3}\n");
    const auto second = get("/v1/screens/history_days", {{"limit", "2"}, {"cursor", cursor}});
    EXPECT_EQ(tables_.last_values.at("row_offset"), "2");
    EXPECT_NE(second.body.find("\"next_cursor\":null"), std::string::npos) << second.body;
}

TEST_F(ScreensHandler, FilesAreDownloadsOfAnyLength) {
    const auto body = [](const ports::HttpResponse& response) {
        std::string all;
        for (std::string chunk;; all += std::exchange(chunk, "")) {
            const auto more = response.stream(chunk);
            EXPECT_TRUE(more);
            if (!more || !*more) {
                return all + chunk;
            }
        }
    };
    const std::string row = "\"=1\"\n";
    std::string rows = "\"name\"\n";
    std::string safe = rows;
    for (int i = 0; i < 1'000; ++i) {
        rows += row;
        safe += "\"'=1\"\n";
    }
    tables_.answer = rows;
    const auto csv = get("/v1/screens/history_days", {{"format", "csv"}});
    EXPECT_EQ(body(csv), safe);
    EXPECT_EQ(header(csv, "Content-Disposition"), "attachment; filename=\"history_days.csv\"");
    // Whoever goes away in the middle ends the reading.
    std::string first;
    EXPECT_TRUE(*get("/v1/screens/history_days", {{"format", "csv"}}).stream(first));
    tables_.answer = std::string("PAR1\"=");
    EXPECT_EQ(body(get("/v1/screens/history_days", {{"format", "parquet"}})), "PAR1\"=");
    EXPECT_EQ(tables_.last_format, ports::TableFormat::kParquet);
    tables_.answer = fail(ErrorKind::kUnavailable, "away");
    EXPECT_EQ(get("/v1/screens/history_days", {{"format", "csv"}}).status, 503);
}

TEST_F(ScreensHandler, WhatIsWrongIsSaid) {
    EXPECT_EQ(get("/v1/screens/history_days", {{"from", "x"}}).status, 400);
    EXPECT_EQ(get("/v1/screens/history_days", {{"store", "0"}}).status, 400);
    EXPECT_EQ(get("/v1/search").status, 400);
    EXPECT_EQ(tables_.asked, 0);
    EXPECT_EQ(get("/v1/search", {{"q", "tea"}}).status, 200);
    EXPECT_EQ(tables_.last_values.at("text"), "tea");
    tables_.answer = fail(ErrorKind::kUnavailable, "the warehouse is away");
    EXPECT_EQ(get("/v1/screens/home_kpis").status, 503);
    needs_login_ = true;
    EXPECT_EQ(get("/v1/screens/home_kpis").status, 401);
}

TEST_F(ScreensHandler, LiveFiguresComeAtOnceAndWhenSomethingIsWritten) {
    tables_.answer = std::string("{\"a\":1}\n");
    const ports::HttpRoute route =
        live_route(ports_, LoginGuard(false, logins_), {.pace = std::chrono::milliseconds(0)});
    const ports::HttpRequest request{.method = "GET", .headers = {{"Host", "localhost"}}};
    const auto answer = route.handler(request, {});
    EXPECT_EQ(answer.content_type, "text/event-stream");
    const auto next = [&] {
        std::string chunk;
        EXPECT_TRUE(*answer.stream(chunk));
        return chunk;
    };
    EXPECT_EQ(next(), "retry: 1000\n\n");
    const std::string figures = next();
    EXPECT_TRUE(figures.starts_with("event: figures\nid: 1\ndata: {\"as_of\":")) << figures;
    EXPECT_NE(figures.find(R"("totals":[{"a":1}],"minutes":[{"a":1}]})"), std::string::npos);
    EXPECT_TRUE(figures.ends_with("\n\n"));
    EXPECT_EQ(tables_.asked, 2);
    ++epochs_.end;
    EXPECT_TRUE(next().starts_with("event: figures\nid: 2\n"));
    auto other = request;
    other.query_parameters = {{"category", "Tea"}};
    EXPECT_EQ(route.handler(other, {}).status, 400);
}

TEST_F(ScreensHandler, LiveFiguresAreToldAgainAfterAFaultThoughNothingWasWritten) {
    tables_.answer = std::string("{\"a\":1}\n");
    LiveSource source = make_live_source(ports_);
    const auto look = [&] { return source(ports::StoreScope::everything()); };
    const auto first = look();
    ASSERT_TRUE(first && *first);
    const auto same = look();
    ASSERT_TRUE(same);
    EXPECT_FALSE(*same);
    epochs_.is_away = true;
    EXPECT_FALSE(look());
    epochs_.is_away = false;
    const auto again = look();
    ASSERT_TRUE(again);
    EXPECT_EQ(*again, *first);
}

}  // namespace
}  // namespace shelfcast::api
