#include "pipelines/ingest/replay.h"

#include <simdjson.h>

#include <map>
#include <memory>
#include <set>
#include <utility>

#include "base/failpoint.h"
#include "pipelines/ingest/catalog_cache.h"
#include "pipelines/ingest/chunk_appender.h"
#include "pipelines/ingest/content_hash.h"
#include "pipelines/ingest/import.h"
#include "pipelines/ingest/message_converter.h"
#include "retail/dead_letter.h"
#include "retail/tables.h"
#include "retail/topics.h"

namespace shelfcast::ingest {
namespace {

std::string key_of(const ports::LetterPosition& letter) {
    return fmt::format("replay/{}/{}/{}", letter.topic, letter.partition.value, letter.offset);
}

Result<bool> is_in_log(ports::EventLog& log, const ports::LetterPosition& letter) {
    for (const retail::Topic& topic : retail::sent_topics()) {
        SHELFCAST_ASSIGN(const std::uint32_t partitions, log.partitions(topic.name));
        for (std::uint32_t number = 0; number < partitions; ++number) {
            SHELFCAST_ASSIGN(const auto found,
                             log.find_key(topic.name, PartitionId{number}, key_of(letter)));
            if (found) {
                return true;
            }
        }
    }
    return false;
}

class Replay {
public:
    Replay(const ReplayOptions& options, const ReplayPorts& ports)
        : options_(options), ports_(ports), catalogs_(ports.stores, ports.clock) {}

    Status take(const std::vector<ReplayLetter>& letters, const std::stop_token& stop) {
        std::vector<const ReplayLetter*> fresh;
        for (const ReplayLetter& letter : letters) {
            SHELFCAST_ASSIGN(const bool earlier, ports_.ledger.is_replayed(letter.position));
            if (earlier) {
                ++report_.earlier;
            } else {
                fresh.push_back(&letter);
            }
        }
        SHELFCAST_TRY(create_stores(fresh));
        std::vector<ports::LetterPosition> accepted;
        std::vector<ports::AppendBatch> batches;
        ports::Tally tally;
        for (const ReplayLetter* const letter : fresh) {
            const std::size_t before = batches.size();
            SHELFCAST_TRY(judge(*letter, tally, batches));
            if (batches.size() > before) {
                accepted.push_back(letter->position);
            }
        }
        if (!options_.dry_run && !accepted.empty()) {
            SHELFCAST_TRY(ports_.ledger.begin_replays(accepted));
            failpoint::reach("replay.begun");
            SHELFCAST_TRY(
                append_patiently(ports_.log, std::move(batches), options_.append_attempts, stop));
            failpoint::reach("replay.appended");
            SHELFCAST_TRY(ports_.ledger.settle_replays(accepted));
            count_received(ports_.metrics, {.accepted = accepted.size()}, "replay");
        }
        report_.tally.add(tally);
        return {};
    }

    [[nodiscard]] const ReplayReport& report() const noexcept { return report_; }

private:
    /// The message with its padding.
    std::string_view padded(std::string_view raw) {
        text_ = raw;
        text_.append(retail::EventDecoder::kPadding, '\0');
        return std::string_view(text_).substr(0, raw.size());
    }

    /// The fields of an imported row, as RowConverter keeps it: an object with nothing but texts.
    /// They stay valid until the next call.
    bool read_texts(std::string_view object, FieldTexts& texts) {
        simdjson::dom::object fields;
        if (parser_.parse(object.data(), object.size(), false).get_object().get(fields) !=
            simdjson::SUCCESS) {
            return false;
        }
        for (const simdjson::dom::key_value_pair& pair : fields) {
            const auto field = field_named(pair.key);
            std::string_view text;
            if (!field || pair.value.get_string().get(text) != simdjson::SUCCESS) {
                return false;
            }
            texts[static_cast<std::size_t>(*field)] = text;
        }
        return true;
    }

    /// Judges messages of the topic that the letter was meant for.
    Result<BatchBuilder*> builder_for(const ReplayLetter& letter) {
        const retail::Topic* const of_log = retail::find_topic(letter.position.topic);
        const retail::Topic& topic = of_log != nullptr ? *of_log : topic_of_source(letter.source);
        std::unique_ptr<BatchBuilder>& builder = builders_[topic.name];
        if (!builder) {
            SHELFCAST_ASSIGN(const TopicPartitions partitions,
                             topic_partitions(ports_.log, topic.name));
            builder = std::make_unique<BatchBuilder>(catalogs_, partitions, options_.codec, topic);
        }
        return builder.get();
    }

    /// Judges one letter; accepted, its batch is added.
    Status judge(const ReplayLetter& letter, ports::Tally& tally,
                 std::vector<ports::AppendBatch>& batches) {
        SHELFCAST_ASSIGN(BatchBuilder* const builder, builder_for(letter));
        SHELFCAST_TRY(builder->begin(ports_.clock.now_us(), "replay"));
        stores_.use(builder->catalog());
        const std::string_view message = padded(letter.raw);
        FieldTexts texts;
        if (letter.source.starts_with("import:") && read_texts(message, texts)) {
            SHELFCAST_TRY(rows_.convert(0, texts, stores_, *builder));
        } else {
            SHELFCAST_TRY(messages_.convert(0, message, stores_, *builder));
        }
        // What is refused again is a dead letter already.
        std::vector<ports::AppendBatch> refused;
        builder->take({key_of(letter.position), content_hash_of(letter.raw)}, 0, batches, refused);
        tally.add(builder->tally());
        return refused.empty() ? Status() : tell(refused.back());
    }

    /// Keeps what was wrong with the last letter of a batch.
    Status tell(const ports::AppendBatch& refused) {
        SHELFCAST_ASSIGN(
            const retail::DeadLetter letter,
            retail::parse_dead_letter(padded(refused.records[refused.records.size() - 1])));
        report_.detail = letter.detail;
        return {};
    }

    Status create_stores(const std::vector<const ReplayLetter*>& letters) {
        if (!options_.new_stores.wanted || options_.dry_run) {
            return {};
        }
        SHELFCAST_ASSIGN(const SharedCatalog known, catalogs_.fresh());
        stores_.use(*known);
        std::set<std::string> unknown;
        for (const ReplayLetter* const letter : letters) {
            std::string_view code;
            std::string_view token;
            if (messages_.find_store_text(padded(letter->raw), code, token) && !code.empty() &&
                !stores_.find(code)) {
                unknown.emplace(code);
            }
        }
        if (unknown.empty()) {
            return {};
        }
        SHELFCAST_ASSIGN(const auto created,
                         ports_.stores.create_stores({unknown.begin(), unknown.end()},
                                                     options_.new_stores.time_zone,
                                                     options_.new_stores.currency));
        report_.stores_created += created.size();
        SHELFCAST_TRY(catalogs_.reread());
        return {};
    }

    const ReplayOptions& options_;
    const ReplayPorts& ports_;
    CatalogCache catalogs_;
    std::map<std::string_view, std::unique_ptr<BatchBuilder>> builders_;  ///< By topic.
    StoreResolver stores_;
    MessageConverter messages_;
    RowConverter rows_;
    simdjson::dom::parser parser_;
    std::string text_;
    ReplayReport report_;
};

}  // namespace

Result<ReplayReport> replay(const ReplayOptions& options, const ReplayPorts& ports,
                            const NextLetters& next, const std::stop_token& stop) {
    SHELFCAST_TRY(check_store_creation(options.new_stores));
    SHELFCAST_TRY(settle_replays(ports.log, ports.ledger));
    Replay replay(options, ports);
    while (true) {
        SHELFCAST_ASSIGN(const std::vector<ReplayLetter> letters, next());
        if (letters.empty()) {
            return replay.report();
        }
        if (stop.stop_requested()) {
            return fail(ErrorKind::kUnavailable, "stopped; the same replay goes on from here");
        }
        SHELFCAST_TRY(replay.take(letters, stop));
    }
}

Result<std::uint64_t> settle_replays(ports::EventLog& log, ports::ReplayLedger& ledger) {
    SHELFCAST_ASSIGN(const auto under_way, ledger.replays_under_way());
    if (under_way.empty()) {
        return 0;
    }
    std::vector<ports::LetterPosition> in_log;
    for (const ports::LetterPosition& letter : under_way) {
        SHELFCAST_ASSIGN(const bool found, is_in_log(log, letter));
        if (found) {
            in_log.push_back(letter);
        }
    }
    SHELFCAST_TRY(ledger.settle_replays(in_log));
    return under_way.size();
}

}  // namespace shelfcast::ingest
