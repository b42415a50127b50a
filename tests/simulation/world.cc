#include "tests/simulation/world.h"

#include "tests/simulation/world_program.h"

namespace shelfcast::simulation {
namespace {

/// How messages of a topic that is no receipt line say what happened, and which one they are.
struct OtherTopic {
    std::string word_field;
    std::vector<std::string> words;
    std::string serial_field;
};
const std::map<std::string, OtherTopic> kOtherTopics = {
    {"inventory-updates",
     {"update_type", {"COUNT", "CORRECTION", "WASTE", "RESERVE", "RELEASE"}, "reference"}},
    {"price-changes", {"price_type", {"REGULAR", "PROMOTION"}, "promotion_id"}},
    {"customer-events", {"event_type", {"FOOTFALL", "SCAN", "BASKET"}, "basket_id"}},
    {"supplier-shipments", {"status", {"ANNOUNCED", "ARRIVED", "SHORT"}, "shipment_id"}},
};

std::int64_t offset_of(std::uint32_t store) { return store % 2 == 0 ? 8 * 3600 : -7 * 3600; }

}  // namespace

World::World(std::uint64_t seed, Sabotage sabotage)
    : random_(seed), sabotage_(sabotage), disk_(seed ^ 0x5eedULL), state_(disk_) {
    disk_.drop_file_syncs(sabotage.drop_lake_syncs);
}

World::~World() { failpoint::set_handler({}); }

void World::wrong(std::string what) {
    if (!wrong_) {
        wrong_ = std::move(what);
    }
}

void World::note(const Error& error) {
    // What a dying process or a missing engine says is expected; everything else is not.
    if (!disk_.dead() && !is_retryable(error.kind)) {
        wrong(fmt::format("{}: {}", to_string(error.kind), error.message));
    }
}

/// Half of them retail_events.
std::string World::pick_topic() {
    const auto topics = retail::event_topics();
    return std::string(topics[dice(2) == 0 ? 0 : dice(topics.size())].name);
}

const Meant* World::make_message(const std::string& topic) {
    auto made = std::make_unique<Meant>();
    made->topic = topic;
    made->store = 1 + static_cast<std::uint32_t>(dice(stores_));
    made->utc_offset_s = offset_of(made->store);
    made->product = fmt::format("P{}", dice(5));
    made->category = fmt::format("C{}", dice(2));
    made->type = static_cast<retail::TransactionType>(
        1 + dice(topic == retail::kSalesTransactionsTopic ? 2 : 3));
    made->quantity_thousandths = static_cast<std::int64_t>(1 + dice(5'000));
    made->price_ten_thousandths = static_cast<std::int64_t>(dice(200'000));
    // Up to three days late, up to a day ahead (never past the limit, whose test is elsewhere).
    const std::int64_t shift_s = static_cast<std::int64_t>(dice(4 * 86'400)) - 3 * 86'400;
    made->event_time_ms = clock_.now_us() / 1000 + (dice(4) == 0 ? shift_s * 1000 : 0);
    if (dice(2) == 0) {
        const bool repeat = !ids_.empty() && dice(3) == 0;
        made->id = repeat ? ids_[dice(ids_.size())] : ids_.size() + 1;
        if (!repeat) {
            ids_.push_back(made->id);
        }
    }
    made->broken = dice(12) == 0;
    const std::string serial = fmt::format("m{}", meant_.size());
    const std::string time = retail::format_utc_ms(made->event_time_ms);
    const std::string quantity =
        retail::format_decimal(made->quantity_thousandths, retail::Quantity::kScale);
    const std::string price =
        retail::format_decimal(made->price_ten_thousandths, retail::UnitPrice::kScale);
    const std::string id = made->id == 0 ? "" : retail::format_uuid({7, made->id});
    const std::string written_time = made->broken ? "yesterday" : time;
    if (topic == retail::kRetailEventsTopic || topic == retail::kSalesTransactionsTopic) {
        retail::append_message(made->text, {.event_time = written_time,
                                            .store_id = made->store,
                                            .product_id = made->product,
                                            .category = made->category,
                                            .transaction_type = retail::to_string(made->type),
                                            .quantity = quantity,
                                            .unit_price = price,
                                            .event_id = id,
                                            .basket_id = serial});
    } else {
        const OtherTopic& other = kOtherTopics.at(topic);
        made->word = other.words[dice(other.words.size())];
        const bool priced = topic == retail::kPriceChangesTopic;
        made->text = fmt::format(R"({{"event_time":"{}","store_id":{},"product_id":"{}","{}":"{}",)"
                                 R"("{}":{},"{}":"{}"{}}})",
                                 written_time, made->store, made->product, other.word_field,
                                 made->word, priced ? "unit_price" : "quantity",
                                 priced ? price : quantity, other.serial_field, serial,
                                 id.empty() ? "" : fmt::format(R"(,"event_id":"{}")", id));
    }
    by_text_[made->text] = made.get();
    meant_.push_back(std::move(made));
    return meant_.back().get();
}

void World::arm_fault() {
    power_on_crash_ = dice(2) == 0;
    const auto kind = dice(2) == 0 ? adapters::memory::CrashKind::kProcessKilled
                                   : adapters::memory::CrashKind::kPowerLost;
    switch (static_cast<Fault>(dice(24))) {
        case Fault::kFailpoint: {
            const auto names = failpoint::all_names();
            const std::string_view chosen = names[dice(names.size())];
            failpoint::set_handler([this, chosen](std::string_view reached) {
                ++tally_->failpoints[std::string(reached)];
                if (reached == chosen) {
                    throw Crash{};
                }
            });
            return;
        }
        case Fault::kDisk:
            disk_.crash_after(1 + dice(60));
            return;
        case Fault::kEngineNow:
            warehouse_.crash(kind, random_());
            return;
        case Fault::kEngineInWrite:
            warehouse_.crash_in_next_write(kind, random_());
            return;
        case Fault::kLostAnswer:
            warehouse_.lose_next_answer(static_cast<adapters::memory::LostAnswer>(dice(3)));
            return;
        default:
            return;
    }
}

void World::disarm() {
    disk_.crash_after(0);
    failpoint::set_handler(
        [this](std::string_view reached) { ++tally_->failpoints[std::string(reached)]; });
}

void World::end_process() {
    disk_.kill();
    program_.reset();
    ++tally_->crashes;
    disk_.reboot(power_on_crash_);
    // The machine goes down with its power; a kill of the process tree takes the engine along.
    if (power_on_crash_ || dice(2) == 0) {
        warehouse_.crash(power_on_crash_ ? adapters::memory::CrashKind::kPowerLost
                                         : adapters::memory::CrashKind::kProcessKilled,
                         random_());
    }
    // What brought the end about may have been a full disk, on which the engine merged meanwhile.
    for (const retail::OperatorTable& table : retail::operator_tables()) {
        if (table.kind == retail::TableKind::kRows && dice(8) == 0) {
            tally_->spoilt_tables += warehouse_.spoil_speed(table) ? 1U : 0U;
        }
    }
    disarm();
}

/// Starts what is down and recovers; false when a fault broke that off.
bool World::ensure_running() {
    try {
        if (warehouse_.is_down()) {
            warehouse_.restart();
            if (program_) {
                program_->recovered = false;
            }
        }
        if (!program_) {
            program_ = std::make_unique<Program>();
            if (const Status opened = program_->open(*this); !opened) {
                note(opened.error());
                end_process();
                return false;
            }
        }
        if (!program_->recovered) {
            read_new_records();
            if (const Status recovered = program_->recover(*this); !recovered) {
                note(recovered.error());
                if (disk_.dead()) {
                    end_process();
                }
                return false;
            }
        }
    } catch (const Crash&) {
        end_process();
        return false;
    }
    return true;
}

void World::send() {
    if (!unanswered_ || dice(3) == 0) {
        // A client that gives up: its request may be in the log whole, in part, or not at all.
        Request request;
        request.topic = pick_topic();
        request.key = dice(2) == 0 ? fmt::format("r{}", ++requests_) : "";
        const std::uint64_t count = 1 + dice(12);
        for (std::uint64_t i = 0; i < count; ++i) {
            request.messages.push_back(make_message(request.topic));
            request.body += request.messages.back()->text + "\n";
        }
        unanswered_ = std::move(request);
    } else if (unanswered_->key.empty()) {
        unanswered_.reset();  // Without a key a careful client does not repeat.
        return;
    }
    std::string body = unanswered_->body;
    body.reserve(body.size() + retail::EventDecoder::kPadding);
    const Result<ports::DoorReceipt> receipt = program_->door->accept(
        {.topic = unanswered_->topic, .body = body, .idempotency_key = unanswered_->key});
    if (!receipt) {
        note(receipt.error());
        return;
    }
    acknowledged_.insert(acknowledged_.end(), unanswered_->messages.begin(),
                         unanswered_->messages.end());
    unanswered_.reset();
}

/// A producer that writes into the log by itself, unchecked, as on Kafka.
void World::send_raw() {
    ports::AppendBatch batch;
    const Meant* const message = make_message(pick_topic());
    batch.topic = message->topic;
    batch.partition = ingest::partition_of(StoreId{message->store}, kPartitions);
    batch.records.push_back(message->text);
    std::vector<ports::AppendBatch> batches;
    batches.push_back(std::move(batch));
    if (const auto appended = program_->log->append(std::move(batches)); appended) {
        acknowledged_.push_back(message);
    } else {
        note(appended.error());
    }
}

void World::step() {
    const Result<std::optional<stream::PendingFlush>> flush = program_->speed->collect();
    if (!flush) {
        note(flush.error());
        program_->recovered = false;
        return;
    }
    if (!*flush) {
        return;
    }
    if (const Status delivered = program_->speed->deliver(**flush); !delivered) {
        note(delivered.error());
        program_->recovered = false;
    }
}

bool World::close_epoch() {
    const auto reports = program_->batch->close_epochs({});
    if (!reports) {
        note(reports.error());
        // As the program does: tried again at once, unless the engine or the process ended.
        program_->recovered = !disk_.dead() && !warehouse_.is_down() && dice(2) == 0;
        return false;
    }
    tally_->epochs_closed += reports->size();
    for (const batch::EpochReport& report : *reports) {
        if (report.differing_keys > 0) {
            wrong(fmt::format("epoch {}: {} keys differ, first {} {}: speed [{}] batch [{}]",
                              report.epoch.value, report.differing_keys,
                              report.differences.front().table, report.differences.front().key,
                              report.differences.front().speed, report.differences.front().batch));
        }
    }
    return true;
}

void World::add_store() {
    if (stores_ >= 6) {
        return;
    }
    if (const auto added = program_->store->put_stores({store_numbered(stores_ + 1)}); added) {
        ++stores_;
    } else {
        note(added.error());
    }
}

/// A backfill: messages folded past the log, written into the lake, committed.
void World::contribute() {
    const auto done = [&]() -> Status {
        SHELFCAST_TRY(program_->lake->remove_orphans(ports::FileWriter::kContribution));
        SHELFCAST_ASSIGN(const ports::LakeManifest manifest, program_->lake->manifest());
        SHELFCAST_ASSIGN(const retail::StoreCatalog stores, program_->store->catalog(std::nullopt));
        ports::Contribution draft;
        draft.id = backfill::next_contribution(manifest);
        draft.identity = fmt::format("contribution {}", contributions_.size());
        const std::int64_t log_time_us = clock_.now_us();
        std::int64_t offset = static_cast<std::int64_t>(draft.id) * ports::kContributionOffsets;
        std::vector<Logged>& held = contributions_[draft.identity];
        operators::Operator folding({.partitions = 1}, nullptr);
        operators::FlushRows rows(operators::Rollups::kLeftOut);
        ports::FetchedBatch batch;
        batch.log_time_us = log_time_us;
        for (std::uint64_t i = 1 + dice(20); i > 0; --i) {
            const Meant* const message = make_message(std::string(retail::kRetailEventsTopic));
            // Broken ones and repeated ids are told within a contribution only: left out here.
            if (message->broken || message->id != 0) {
                continue;
            }
            batch.records.push_back(message->text);
            held.push_back({std::string(retail::kRetailEventsTopic), ports::kContributedPartition,
                            offset++, log_time_us, message});
        }
        if (held.empty()) {
            return {};
        }
        batch.records.bytes.reserve(batch.records.bytes.size() + retail::EventDecoder::kPadding);
        folding.fold(retail::kRetailEventsTopic, batch, stores, rows);
        backfill::ContributionWriter writer(*program_->lake, draft, log_time_us,
                                            {.max_buffered_rows = 8, .overlap = false});
        SHELFCAST_TRY(writer.add(rows.take()));
        SHELFCAST_ASSIGN(ports::Contribution made, writer.finish());
        SHELFCAST_TRY(backfill::commit(*program_->lake, std::move(made)));
        ++tally_->contributions;
        return {};
    }();
    if (!done) {
        note(done.error());
        program_->recovered = false;
    }
}

void World::rebuild() {
    const auto report = batch::rebuild(
        {*program_->store, *program_->warehouse, *program_->lake, clock_},
        {.load = {.max_insert_rows = 25, .max_rollup_keys = 20, .overlap = false}}, {}, {});
    if (!report) {
        note(report.error());
        // The old generation serves on, or housekeeping switches the views: no verification needed.
        program_->recovered = !disk_.dead() && !warehouse_.is_down() && dice(2) == 0;
        return;
    }
    tally_->rebuilds += report->switched ? 1U : 0U;
    if (report->differing_keys > 0) {
        wrong(fmt::format("generation {}: {} keys differ, first {} {}: before [{}] now [{}]",
                          report->generation.value, report->differing_keys,
                          report->differences.front().table, report->differences.front().key,
                          report->differences.front().speed, report->differences.front().batch));
    }
}

void World::compact() {
    const auto report = batch::compact(
        *program_->lake, clock_,
        {.target_bytes = 20'000, .max_rows = 60, .keep_retired_us = 2 * kHourUs}, {});
    if (!report) {
        note(report.error());
        program_->recovered = false;
        return;
    }
    tally_->merged_files += report->files_merged;
    tally_->removed_files += report->files_removed;
    if (const auto dropped = program_->batch->drop_superseded_generations(); !dropped) {
        note(dropped.error());
        program_->recovered = false;
    }
}

void World::act() {
    const std::uint64_t choice = dice(110);
    if (choice < 35) {
        send();
    } else if (choice < 42) {
        send_raw();
    } else if (choice < 80) {
        step();
    } else if (choice < 88) {
        close_epoch();
    } else if (choice < 92) {
        add_store();
    } else if (choice >= 106) {
        contribute();
    } else if (choice >= 103) {
        rebuild();
    } else if (choice >= 100) {
        compact();
    } else if (choice < 98) {
        clock_.advance(static_cast<std::int64_t>(dice(600)) * kSecondUs);
    } else {
        clock_.advance(static_cast<std::int64_t>(1 + dice(30)) * kHourUs);
    }
}

/// Copies what the log has gained into the shadow, before anything can prune it.
void World::read_new_records() {
    for (const std::string_view topic : retail::input_topics()) {
        std::vector<ports::PartitionOffset> from;
        for (std::uint32_t partition = 0; partition < kPartitions; ++partition) {
            from.push_back({PartitionId{partition}, shadow_end_[{std::string(topic), partition}]});
        }
        const auto batches = program_->log->read(topic, from, {});
        if (!batches) {
            if (!disk_.dead()) {
                wrong(fmt::format("the log lost what it had: {}", batches.error().message));
            }
            return;
        }
        for (const ports::FetchedBatch& batch : *batches) {
            auto& end = shadow_end_[{std::string(topic), batch.partition.value}];
            for (std::size_t i = 0; i < batch.records.size(); ++i) {
                std::string text(batch.records[i]);
                if (topic == retail::kDeadLettersTopic) {
                    text.reserve(text.size() + retail::EventDecoder::kPadding);
                    const auto letter = retail::parse_dead_letter(text);
                    text = letter ? letter->raw : "";
                }
                const auto meant = by_text_.find(text);
                if (meant == by_text_.end()) {
                    wrong(fmt::format("{} holds a message that nobody sent: {}", topic, text));
                    return;
                }
                if (topic != retail::kDeadLettersTopic && topic != meant->second->topic) {
                    wrong(fmt::format("{} holds a message of {}", topic, meant->second->topic));
                }
                // A keyed request that a crash cut after its dead letters is judged anew when it is
                // repeated: a store added meanwhile turns a dead letter into a sale besides.
                if (!seen_in_topic_[std::string(topic)].insert(text).second) {
                    wrong(fmt::format("{} holds a message twice: {}", topic, text));
                }
                seen_texts_.insert(text);
                shadow_.push_back({std::string(topic), batch.partition.value, end++,
                                   batch.log_time_us, meant->second});
            }
        }
    }
}

/// No more faults: everything sent is folded, and every epoch closed.
void World::settle_everything() {
    disarm();
    for (int attempt = 0; attempt < kPatience && !wrong_; ++attempt) {
        if (!ensure_running()) {
            continue;
        }
        const auto before = program_->store->written_ends();
        step();
        const auto after = program_->store->written_ends();
        if (program_->recovered && before && after && *before == *after && close_epoch()) {
            return;
        }
    }
    wrong("the program did not come to rest");
}

std::optional<std::string> World::run_steadily(int hours, int messages_per_minute, Tally& tally,
                                               std::vector<Kept>& kept) {
    tally_ = &tally;
    disarm();
    if (!ensure_running()) {
        wrong("the program did not start");
        return wrong_;
    }
    for (int minute = 1; minute <= hours * 60 && !wrong_; ++minute) {
        const std::string topic = pick_topic();
        std::string body;
        for (int i = 0; i < messages_per_minute; ++i) {
            const Meant* const message = make_message(topic);
            acknowledged_.push_back(message);
            body += message->text + "\n";
        }
        body.reserve(body.size() + retail::EventDecoder::kPadding);
        if (const auto receipt = program_->door->accept({.topic = topic, .body = body}); !receipt) {
            wrong(receipt.error().message);
        }
        read_new_records();
        for (auto before = program_->store->written_ends();;
             before = program_->store->written_ends()) {
            step();
            if (*program_->store->written_ends() == *before) {
                break;
            }
        }
        clock_.advance(60 * kSecondUs);
        if (minute % 60 == 0) {
            close_epoch();
            kept.push_back(kept_now());
        }
    }
    check_end();
    return wrong_;
}

std::optional<std::string> World::run(int actions, Tally& tally) {
    tally_ = &tally;
    disarm();
    for (int i = 0; i < actions && !wrong_; ++i) {
        arm_fault();
        if (!ensure_running()) {
            continue;
        }
        try {
            act();
            if (!disk_.dead() && program_->recovered && !warehouse_.is_down() && dice(4) == 0) {
                compare(false);
            } else if (!disk_.dead()) {
                read_new_records();
            }
        } catch (const Crash&) {
            end_process();
        }
        if (disk_.dead()) {
            end_process();
        }
    }
    check_end();
    return wrong_;
}

}  // namespace shelfcast::simulation
