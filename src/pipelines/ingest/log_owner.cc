#include "pipelines/ingest/log_owner.h"

#include <array>
#include <optional>
#include <string>

namespace shelfcast::ingest {
namespace {

Result<std::optional<std::string>> first_record(ports::EventLog& log) {
    SHELFCAST_ASSIGN(const auto begin, log.begin_offsets(kOwnerTopic));
    SHELFCAST_ASSIGN(const auto batches, log.read(kOwnerTopic, begin, {.max_records = 1}));
    if (batches.empty() || batches.front().records.size() == 0) {
        return std::optional<std::string>();
    }
    return std::optional<std::string>(batches.front().records[0]);
}

}  // namespace

Status claim_topics(ports::EventLog& log, std::string_view chain_id) {
    SHELFCAST_TRY(log.create_topic(kOwnerTopic, 1));
    const std::string ours = fmt::format(R"({{"chain_id":"{}"}})", chain_id);
    SHELFCAST_ASSIGN(std::optional<std::string> owner, first_record(log));
    if (!owner) {
        ports::AppendBatch batch{std::string(kOwnerTopic), PartitionId{0}, {}, {}};
        batch.records.push_back(ours);
        SHELFCAST_TRY(log.append({batch}));
        SHELFCAST_ASSIGN(owner, first_record(log));
    }
    if (owner != ours) {
        return fail(ErrorKind::kConflict,
                    "log.url: its topics are another chain's ({} begins with {}, this chain is "
                    "{}): put a prefix in front of this one's, kafka://host:9092/name. ; a chain "
                    "that lost its operational store goes on once that topic is removed",
                    kOwnerTopic, owner.value_or("nothing"), ours);
    }
    return {};
}

}  // namespace shelfcast::ingest
