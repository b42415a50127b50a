#include "pipelines/doctor/doctor.h"

#include <algorithm>
#include <map>
#include <utility>

#include "retail/dead_letter.h"
#include "retail/event_codec.h"

namespace shelfcast::doctor {
namespace {

constexpr std::int64_t kSecondUs = 1'000'000;
constexpr std::int64_t kHourUs = 3'600 * kSecondUs;
constexpr std::int64_t kEarliestUs = 1'735'689'600 * kSecondUs;  ///< 2025-01-01: before shelfcast.
constexpr std::int64_t kLatestUs = 4'102'444'800 * kSecondUs;    ///< 2100-01-01.
/// The log corrects a clock that goes back by less than this without harm.
constexpr std::int64_t kClockSlackUs = 2 * kSecondUs;
constexpr std::int64_t kSlowDeliveryUs = 60 * kSecondUs;
constexpr std::int64_t kStuckDeliveryUs = 600 * kSecondUs;
/// A daily batch that was missed once.
constexpr std::int64_t kOldBatchUs = 36 * kHourUs;
constexpr double kManyDeadLettersPercent = 5;
constexpr std::size_t kDifferencesLooked = 10;
constexpr std::size_t kFilesNamed = 5;
constexpr int kManifestAttempts = 3;

Finding ok(std::string_view check, std::string found) {
    return {std::string(check), Level::kOk, std::move(found)};
}
Finding warning(std::string_view check, std::string found, std::string remedy) {
    return {std::string(check), Level::kWarning, std::move(found), std::move(remedy)};
}
Finding fault(std::string_view check, std::string found, std::string remedy) {
    return {std::string(check), Level::kFault, std::move(found), std::move(remedy)};
}

std::string duration_text(std::int64_t us) {
    const std::int64_t seconds = us / kSecondUs;
    if (seconds < 120) {
        return fmt::format("{} s", seconds);
    }
    return seconds < 7'200 ? fmt::format("{} min", seconds / 60)
                           : fmt::format("{} h", seconds / 3'600);
}

std::int64_t sum(const std::vector<ports::PartitionOffset>& offsets) {
    std::int64_t total = 0;
    for (const ports::PartitionOffset& one : offsets) {
        total += one.offset;
    }
    return total;
}

/// Log time of the record at that place; 0 if there is none.
Result<std::int64_t> log_time_at(ports::EventLog& log, std::string_view topic,
                                 ports::PartitionOffset at) {
    SHELFCAST_ASSIGN(const auto batches, log.read(topic, std::span(&at, 1), {.max_records = 1}));
    return batches.empty() ? 0 : batches.front().log_time_us;
}

Result<TopicFacts> read_topic(ports::EventLog& log, std::string_view name, Look look) {
    TopicFacts topic{.name = std::string(name)};
    SHELFCAST_ASSIGN(topic.partitions, log.partitions(name));
    SHELFCAST_ASSIGN(const auto begins, log.begin_offsets(name));
    SHELFCAST_ASSIGN(const auto ends, log.end_offsets(name));
    topic.begin = sum(begins);
    topic.end = sum(ends);
    for (std::size_t i = 0; i < std::min(begins.size(), ends.size()); ++i) {
        if (look == Look::kGlance || begins[i].offset == ends[i].offset) {
            continue;
        }
        SHELFCAST_TRY(log_time_at(log, name, begins[i]));
        SHELFCAST_ASSIGN(const std::int64_t newest,
                         log_time_at(log, name, {ends[i].partition, ends[i].offset - 1}));
        topic.newest_log_time_us = std::max(topic.newest_log_time_us, newest);
    }
    return topic;
}

using Ends = std::map<std::pair<std::string, std::uint32_t>, std::int64_t>;

Ends by_partition(const std::vector<ports::EpochCut>& cuts) {
    Ends ends;
    for (const ports::EpochCut& cut : cuts) {
        ends[{cut.topic, cut.partition.value}] = cut.end_offset;
    }
    return ends;
}

/// The first message past an end, and how many there are from it on.
struct Stretch {
    std::string topic;
    ports::PartitionOffset first;
    std::int64_t messages = 0;
};

/// What the log holds past those ends.
Result<std::vector<Stretch>> stretches_past(ports::EventLog& log,
                                            const std::vector<TopicFacts>& topics,
                                            const Ends& from) {
    std::vector<Stretch> stretches;
    for (const TopicFacts& topic : topics) {
        SHELFCAST_ASSIGN(const auto ends, log.end_offsets(topic.name));
        for (const ports::PartitionOffset& end : ends) {
            const auto found = from.find({topic.name, end.partition.value});
            const std::int64_t start = found == from.end() ? 0 : found->second;
            if (start < end.offset) {
                stretches.push_back({topic.name, {end.partition, start}, end.offset - start});
            }
        }
    }
    return stretches;
}

std::int64_t messages_of(const std::vector<Stretch>& stretches) {
    std::int64_t messages = 0;
    for (const Stretch& one : stretches) {
        messages += one.messages;
    }
    return messages;
}

/// Log time of the first message of them all; 0: there is none. A glance takes the stretch with
/// most messages for the one with the oldest.
Result<std::int64_t> oldest_of(ports::EventLog& log, std::vector<Stretch> stretches, Look look) {
    if (look == Look::kGlance && !stretches.empty()) {
        stretches = {*std::ranges::max_element(stretches, {}, &Stretch::messages)};
    }
    std::int64_t oldest_us = 0;
    for (const Stretch& one : stretches) {
        SHELFCAST_ASSIGN(const std::int64_t time, log_time_at(log, one.topic, one.first));
        oldest_us = oldest_us == 0 ? time : std::min(oldest_us, time);
    }
    return oldest_us;
}

Status gather_delivery(const Ports& ports, Facts& facts, Look look) {
    SHELFCAST_ASSIGN(facts.open_epoch, ports.ledger.open_epoch());
    SHELFCAST_ASSIGN(facts.closing, ports.ledger.closing_epochs());
    SHELFCAST_ASSIGN(const auto written, ports.ledger.written_ends());
    SHELFCAST_ASSIGN(auto waiting, stretches_past(ports.log, facts.topics, by_partition(written)));
    facts.undelivered = messages_of(waiting);
    SHELFCAST_ASSIGN(facts.oldest_undelivered_us, oldest_of(ports.log, std::move(waiting), look));
    return {};
}

Status gather_epochs(const Ports& ports, Facts& facts, Look look) {
    SHELFCAST_ASSIGN(facts.manifest, ports.lake.manifest());
    SHELFCAST_ASSIGN(facts.differences, ports.differences.differences(kDifferencesLooked));
    const Ends closed =
        facts.manifest->epochs.empty() ? Ends{} : by_partition(facts.manifest->epochs.back().cuts);
    SHELFCAST_ASSIGN(const auto open, stretches_past(ports.log, facts.topics, closed));
    facts.open_messages = messages_of(open);
    for (const Stretch& one : open) {
        facts.open_dead_letters += one.topic == retail::kDeadLettersTopic ? one.messages : 0;
    }
    if (facts.manifest->epochs.empty()) {
        SHELFCAST_ASSIGN(facts.oldest_open_us, oldest_of(ports.log, open, look));
    }
    return {};
}

Finding judge_clock(const Facts& facts) {
    if (facts.now_us < kEarliestUs || facts.now_us > kLatestUs) {
        return fault(
            "clock",
            fmt::format("the clock is {} s from 1970, no year of now", facts.now_us / kSecondUs),
            "set the clock (timedatectl, NTP) before anything is taken in");
    }
    std::int64_t newest = 0;
    std::string_view what = "last batch";
    if (facts.manifest && !facts.manifest->epochs.empty()) {
        newest = facts.manifest->epochs.back().closed_at_us;
    }
    for (const TopicFacts& topic : facts.topics) {
        if (topic.newest_log_time_us > newest) {
            newest = topic.newest_log_time_us;
            what = "newest record of the log";
        }
    }
    if (newest > facts.now_us + kClockSlackUs) {
        return fault("clock",
                     fmt::format("the clock is {} behind the {}",
                                 duration_text(newest - facts.now_us), what),
                     "set the clock (timedatectl, NTP); until it has caught up, new events get the "
                     "log time of the last ones");
    }
    return ok("clock", "not behind anything that was written");
}

void judge_log(const Facts& facts, Findings& out) {
    for (const Error& error : facts.log_errors) {
        out.push_back(
            fault("log", error.message,
                  "stop the program, keep the file, restore the directory from a backup"));
    }
    for (const TopicFacts& topic : facts.topics) {
        out.push_back(ok("log", fmt::format("{}: {} partitions, offsets {} to {} in sum, first and "
                                            "last records readable",
                                            topic.name, topic.partitions, topic.begin, topic.end)));
    }
    for (const Error& error : facts.errors) {
        out.push_back(
            fault("files", error.message,
                  error.kind == ErrorKind::kCorrupted
                      ? "stop the program, keep the file, restore the directory from a backup"
                      : "see that the disk can be read, then look again"));
    }
}

Finding judge_delivery(const Facts& facts) {
    constexpr std::string_view kCheck = "speed layer";
    if (facts.undelivered == 0) {
        return ok(kCheck, "everything in the log is delivered");
    }
    const std::int64_t age =
        facts.oldest_undelivered_us == 0 ? 0 : facts.now_us - facts.oldest_undelivered_us;
    const std::string found = fmt::format(
        "{} messages of the log are not in the views, the oldest "
        "for {}",
        facts.undelivered, duration_text(age));
    if (!facts.serving) {
        return warning(kCheck, found, "nothing is lost: start the program, `shelfcast up`");
    }
    if (age > kStuckDeliveryUs) {
        return fault(kCheck, found, "look for `stream` in the program's log; is the engine up?");
    }
    return age > kSlowDeliveryUs
               ? warning(kCheck, found, "wait for a large import to end, or look at the engine")
               : ok(kCheck, found);
}

void judge_batches(const Facts& facts, Findings& out) {
    if (!facts.manifest) {
        return;
    }
    const bool never = facts.manifest->epochs.empty();
    const std::int64_t closed_at = never ? 0 : facts.manifest->epochs.back().closed_at_us;
    const std::int64_t age = facts.now_us - closed_at;
    // While there was no batch, the first message waits for one.
    const std::int64_t waits = !never                      ? age
                               : facts.oldest_open_us == 0 ? 0
                                                           : facts.now_us - facts.oldest_open_us;
    const std::string last =
        never ? std::string("no epoch is closed yet")
              : fmt::format("epoch {} was closed {} ago", facts.manifest->closed_epoch().value,
                            duration_text(std::max<std::int64_t>(age, 0)));
    if (!facts.closing.empty() && !facts.serving) {
        out.push_back(warning("batch",
                              fmt::format("epoch {} is cut but not closed: a batch broke off",
                                          facts.closing.front().value),
                              "run `shelfcast batch`: it goes on where it ended"));
    } else if (facts.open_messages > 0 && waits > kOldBatchUs) {
        out.push_back(warning(
            "batch", fmt::format("{}; {} messages wait for a batch", last, facts.open_messages),
            "run `shelfcast batch`, and see that something runs it daily"));
    } else {
        out.push_back(
            ok("batch", fmt::format("{}; {} messages in the open one", last, facts.open_messages)));
    }
}

Finding judge_reconciliation(const Facts& facts) {
    constexpr std::string_view kCheck = "reconciliation";
    constexpr std::string_view kRemedy =
        "the views give the batch result; see retail.reconciliation_differences and report it: the "
        "two layers run the same code and must agree";
    std::uint64_t in_all = 0;
    if (facts.manifest) {
        for (const ports::ClosedEpoch& epoch : facts.manifest->epochs) {
            in_all += epoch.differences;
        }
    }
    if (in_all == 0) {
        return ok(kCheck, "the layers were equal in every closed epoch");
    }
    std::string found = fmt::format("{} keys differed between speed and batch layer", in_all);
    if (!facts.differences.empty()) {
        const ports::Difference& one = facts.differences.front().difference;
        found += fmt::format(", last in epoch {}: {} {}", one.epoch.value, one.table, one.key);
    }
    return facts.manifest->epochs.back().differences > 0
               ? fault(kCheck, found, std::string(kRemedy))
               : warning(kCheck, found, std::string(kRemedy));
}

/// Of all messages ever, and of those since the last closed epoch: a till that goes wrong today
/// must not drown in a good year.
Finding judge_dead_letters(const Facts& facts) {
    constexpr std::string_view kCheck = "dead letters";
    std::int64_t dead = 0;
    std::int64_t all = 0;
    for (const TopicFacts& topic : facts.topics) {
        all += topic.end;
        dead += topic.name == retail::kDeadLettersTopic ? topic.end : 0;
    }
    const auto percent = [](std::int64_t part, std::int64_t whole) {
        return whole == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
    };
    const double ever = percent(dead, all);
    const double lately = percent(facts.open_dead_letters, facts.open_messages);
    const std::string found =
        fmt::format("{:.1f} % of {} messages in all, {:.1f} % of {} since the last closed epoch",
                    ever, all, lately, facts.open_messages);
    return std::max(ever, lately) <= kManyDeadLettersPercent
               ? ok(kCheck, found)
               : warning(kCheck, found, "see why: `shelfcast dead-letters list`");
}

/// What is wrong with the files of a manifest, and how many files are.
struct Damage {
    std::vector<std::string> named;  ///< The first few.
    std::size_t files = 0;
};

Damage find_damage(ports::Lake& lake, const ports::LakeManifest& manifest, const SizeOf& size_of,
                   bool deep, const std::stop_token& stop) {
    Damage damage;
    for (const ports::LakeFile* const one : manifest.counted_files()) {
        const ports::LakeFile& file = *one;
        if (stop.stop_requested()) {
            break;
        }
        std::string wrong;
        if (const auto bytes = size_of(file.path); !bytes) {
            wrong = bytes.error().message;
        } else if (*bytes != file.bytes) {
            wrong =
                fmt::format("{} has {} bytes, the manifest says {}", file.path, *bytes, file.bytes);
        } else if (deep) {
            if (const auto read = lake.read_bytes(file); !read) {
                wrong = read.error().message;
            }
        }
        if (!wrong.empty() && ++damage.files <= kFilesNamed) {
            damage.named.push_back(std::move(wrong));
        }
    }
    return damage;
}

}  // namespace

std::string_view to_string(Level level) noexcept {
    return level == Level::kOk ? "OK" : level == Level::kWarning ? "warning" : "fault";
}

Facts gather(const Ports& ports, bool serving, Look look) {
    Facts facts{.now_us = ports.clock.now_us(), .serving = serving};
    for (const std::string_view name : retail::input_topics()) {
        Result<TopicFacts> topic = read_topic(ports.log, name, look);
        if (topic) {
            facts.topics.push_back(std::move(*topic));
        } else {
            facts.log_errors.push_back(std::move(topic.error()));
        }
    }
    for (const Status& done :
         {gather_delivery(ports, facts, look), gather_epochs(ports, facts, look)}) {
        if (!done) {
            facts.errors.push_back(done.error());
        }
    }
    return facts;
}

Findings judge(const Facts& facts) {
    Findings out{judge_clock(facts)};
    judge_log(facts, out);
    out.push_back(judge_delivery(facts));
    judge_batches(facts, out);
    out.push_back(judge_reconciliation(facts));
    out.push_back(judge_dead_letters(facts));
    return out;
}

Findings check_lake(ports::Lake& lake, const SizeOf& size_of, bool deep,
                    const std::stop_token& stop) {
    constexpr std::string_view kRemedy =
        "put the file back from a backup of the directory; without one, the batch tables still "
        "hold "
        "its rows: back them up before anything else";
    for (int attempt = 1;; ++attempt) {
        const Result<ports::LakeManifest> manifest = lake.manifest();
        if (!manifest) {
            return {fault("lake", manifest.error().message,
                          "put the manifest back from a backup of the directory")};
        }
        const Damage damage = find_damage(lake, *manifest, size_of, deep, stop);
        if (damage.files == 0) {
            return {ok("lake", fmt::format("manifest {} names {} files, all there with their {}",
                                           manifest->version, manifest->counted_files().size(),
                                           deep ? "hashes" : "sizes"))};
        }
        // Files may go while a newer manifest no longer needs them.
        const Result<ports::LakeManifest> newest = lake.manifest();
        if (newest && newest->version != manifest->version && attempt < kManifestAttempts) {
            continue;
        }
        Findings out;
        for (const std::string& wrong : damage.named) {
            out.push_back(fault("lake", wrong, std::string(kRemedy)));
        }
        if (damage.files > damage.named.size()) {
            out.push_back(fault("lake",
                                fmt::format("{} files more", damage.files - damage.named.size()),
                                std::string(kRemedy)));
        }
        return out;
    }
}

}  // namespace shelfcast::doctor
