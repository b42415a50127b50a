#pragma once

/// \file pipelines/stock/stock_watch.h
/// Who is about to run out: stock from memory against what will be asked for. Keeps the tables
/// stock_risks and restock_alerts, and tells each raised and ended alert on the topic
/// restock-alerts, once.
///
/// An alert is in the table before it is on the topic; what a crash kept from the topic is told at
/// the next start (each message has an idempotency key). One caller at a time.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "demand/restock_alerts.h"
#include "pipelines/stock/live_stock.h"
#include "ports/derived_tables.h"
#include "ports/event_log.h"
#include "ports/forecaster.h"
#include "ports/operational_store.h"
#include "ports/query_runner.h"
#include "retail/restock_alert.h"

namespace shelfcast::stock {

struct WatchPorts {
    ports::QueryRunner& warehouse;
    ports::DerivedTables& tables;
    ports::EventLog& log;
    ports::StoreDirectory& stores;
    ports::Forecaster& forecaster;
    LiveStock& stock;
};

struct WatchOptions {
    std::size_t horizon_days = 3;  ///< Today's rest and the days after it.
    demand::AlertLimits limits;
};

class StockWatch {
public:
    StockWatch(WatchPorts ports, WatchOptions options)
        : ports_(ports), options_(options), book_(options.limits) {}

    /// Brings both tables up to that moment. Nothing while stock is still being read. After an
    /// error the next look begins with what the tables say.
    [[nodiscard]] Status look(std::int64_t now_us, const std::stop_token& stop);

private:
    struct Written {
        float units_per_day = 0;
        float probability = 0;
        bool seen = false;  ///< In the present look.
    };
    struct Round;

    [[nodiscard]] Status begin(std::int64_t now_us);
    [[nodiscard]] Status write(Round& round);
    void judge(const ports::SeriesForecast& series, Round& round);
    [[nodiscard]] Status tell(const std::vector<retail::RestockAlert>& alerts);

    WatchPorts ports_;
    WatchOptions options_;
    demand::RestockAlertBook book_;
    bool begun_ = false;
    std::map<StoreId, std::map<std::string, Written, std::less<>>> written_;
};

}  // namespace shelfcast::stock
