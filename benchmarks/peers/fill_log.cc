/// Puts the messages of an NDJSON file into the log of a data directory that nobody serves, through
/// the same door as the requests that clients post. The log is the directory's, or on a broker.
///
///     fill_log DATA_DIRECTORY FILE LINES_PER_REQUEST [BROKER PREFIX]
///
/// Prints how many were accepted; ends with 1 unless all were.

#include <fmt/format.h>

#include <charconv>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>

#include "adapters/kafka/kafka_log.h"
#include "adapters/sqlite_log/sqlite_log.h"
#include "adapters/sqlite_store/sqlite_store.h"
#include "adapters/system_clock/system_clock.h"
#include "pipelines/ingest/door.h"
#include "retail/event_codec.h"

namespace {

using namespace shelfcast;

struct Broker {
    std::string address;  ///< Empty: the log is in the directory.
    std::string prefix;
};

Result<std::unique_ptr<ports::EventLog>> open_log(const std::filesystem::path& directory,
                                                  const Broker& broker, const ports::Clock& clock) {
    if (broker.address.empty()) {
        return adapters::SqliteLog::open({.directory = directory / "log", .clock = clock});
    }
    return adapters::KafkaLog::open(
        {.connection = {.bootstrap = broker.address, .prefix = broker.prefix}, .clock = clock});
}

Result<std::uint64_t> fill(const std::filesystem::path& directory, const std::string& file,
                           std::uint64_t lines_per_request, const Broker& broker) {
    const adapters::SystemClock clock;
    SHELFCAST_ASSIGN(const auto store,
                     adapters::SqliteStore::open({.path = directory / "operational.sqlite"}));
    SHELFCAST_ASSIGN(const auto log, open_log(directory, broker, clock));
    SHELFCAST_ASSIGN(const auto door, ingest::IngestDoor::open(*log, *store, clock, nullptr));
    std::ifstream lines(file);
    std::string body;
    std::uint64_t accepted = 0;
    while (lines) {
        body.clear();
        std::string line;
        for (std::uint64_t i = 0; i < lines_per_request && std::getline(lines, line); ++i) {
            body.append(line).append("\n");
        }
        if (body.empty()) {
            break;
        }
        body.reserve(body.size() + retail::EventDecoder::kPadding);
        SHELFCAST_ASSIGN(const ports::DoorReceipt receipt,
                         door->accept({.format = ports::BodyFormat::kNdjson, .body = body}));
        if (receipt.tally.rejected() > 0) {
            return fail(ErrorKind::kInvalidInput, "{} messages of {} were refused",
                        receipt.tally.rejected(), file);
        }
        accepted += receipt.tally.accepted;
    }
    return accepted;
}

}  // namespace

int main(int argc, char** argv) {
    std::uint64_t lines_per_request = 0;
    Broker broker;
    if (argc == 6) {
        broker = {argv[4], argv[5]};
    }
    if (argc == 4 || argc == 6) {
        const std::string_view text = argv[3];
        std::from_chars(text.data(), text.data() + text.size(), lines_per_request);
    }
    if (lines_per_request == 0) {
        std::fputs("usage: fill_log DATA_DIRECTORY FILE LINES_PER_REQUEST [BROKER PREFIX]\n",
                   stderr);
        return 2;
    }
    const Result<std::uint64_t> filled = fill(argv[1], argv[2], lines_per_request, broker);
    if (!filled) {
        std::fputs(fmt::format("fill_log: {}\n", filled.error().message).c_str(), stderr);
        return 1;
    }
    std::fputs(fmt::format("{}\n", *filled).c_str(), stdout);
    return 0;
}
