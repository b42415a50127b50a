#pragma once

/// \file tests/simulation/oracle.h
/// What the tables must hold, computed the plain way: one pass over the log, ordered maps, no code
/// of the product but the names of its tables and transaction types.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "retail/event.h"

namespace shelfcast::simulation {

/// A message as its maker meant it.
struct Meant {
    std::string topic;    ///< Where it belongs.
    std::string text;     ///< The message itself.
    bool broken = false;  ///< No reader can accept it.
    std::uint32_t store = 0;
    std::int64_t utc_offset_s = 0;  ///< Of the store's time zone, which has no summer time.
    std::int64_t event_time_ms = 0;
    std::string product;
    std::string category;
    retail::TransactionType type = retail::TransactionType::kSale;  ///< Of a receipt line.
    std::string word;                                               ///< Of any other topic.
    std::int64_t quantity_thousandths = 0;
    std::int64_t price_ten_thousandths = 0;
    std::uint64_t id = 0;  ///< 0: without an event id.
};

/// A message where the log holds it.
struct Logged {
    std::string topic;
    std::uint32_t partition = 0;
    std::int64_t offset = 0;
    std::int64_t log_time_us = 0;
    const Meant* meant = nullptr;
};

/// Rows by key, all as text: table to key to the rest of the row.
using Tables = std::map<std::string, std::map<std::string, std::string>>;

/// The tables after those messages, which are in offset order within each partition.
[[nodiscard]] Tables expected_tables(const std::vector<Logged>& log);

}  // namespace shelfcast::simulation
