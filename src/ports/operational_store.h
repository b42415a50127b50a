#pragma once

/// \file ports/operational_store.h
/// The small facts that must not be lost: written-down ranges and epochs, stores, products, sales
/// targets, users, imports, differences. Adapters: sqlite_store, postgres_store; contract in
/// tests/contract/operational_store_contract.h. Thread safe; each method is one durable
/// transaction.

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "ports/job_ledger.h"
#include "ports/lake.h"
#include "ports/process_locks.h"
#include "ports/user_directory.h"
#include "ports/warehouse.h"
#include "ports/web_session_book.h"
#include "retail/item_terms.h"
#include "retail/product.h"
#include "retail/store_catalog.h"

namespace shelfcast::ports {

/// A log range of one flush: offsets [from, to).
struct LogRange {
    std::string topic;
    PartitionId partition;
    std::int64_t from = 0;
    std::int64_t to = 0;
    bool operator==(const LogRange&) const = default;
};

/// What a flush will write, before its id and epoch are known.
struct FlushDraft {
    std::vector<LogRange> ranges;
    CatalogVersion catalog;  ///< The stores that the range was decoded with.
    std::map<std::string, std::uint64_t> rows_per_table;  ///< Row tables only.
    std::array<std::uint64_t, 2> content_hash{};
    bool operator==(const FlushDraft&) const = default;
};

struct FlushRecord {
    FlushId id;
    EpochId epoch;
    std::uint32_t attempt = 1;
    bool done = false;
    FlushDraft draft;
    bool operator==(const FlushRecord&) const = default;
};

/// The stretch between two verifications of the speed layer. Each verification begins one, and what
/// was begun under an older one is refused: its worker must look again where things stand.
struct SpeedSession {
    SessionId id;  ///< 0: nothing was ever verified.
    /// When the server that was verified had started, UTC seconds; absent: not verified yet.
    std::optional<std::int64_t> server_started_s;
    bool operator==(const SpeedSession&) const = default;
};

/// The write-ahead ledger of the speed layer and the epochs it fills.
class EpochLedger {
public:
    virtual ~EpochLedger() = default;

    /// The newest session.
    [[nodiscard]] virtual Result<SpeedSession> session() = 0;
    /// Begins the session after that one. Error: kConflict unless it is still the newest.
    [[nodiscard]] virtual Result<SessionId> begin_session(SessionId after) = 0;
    /// Error: kConflict unless it is the newest.
    [[nodiscard]] virtual Status mark_verified(SessionId session,
                                               std::int64_t server_started_s) = 0;

    /// Writes the ranges down and gives them the open epoch, in one transaction. Errors: kConflict
    /// unless each range begins where the last written-down one of its partition ended;
    /// kUnavailable unless the session is the newest.
    [[nodiscard]] virtual Result<FlushRecord> write_down(const FlushDraft& draft,
                                                         SessionId session) = 0;
    /// A power loss may take the mark back: a flush that is not marked is verified again. Error:
    /// kUnavailable unless the session is the newest; nothing is marked then.
    [[nodiscard]] virtual Status mark_done(FlushId flush, SessionId session) = 0;
    /// Raises the attempt number, before a fresh insert of an absent flush; returns the new one.
    [[nodiscard]] virtual Result<std::uint32_t> next_attempt(FlushId flush) = 0;
    /// Flushes of an epoch that are not marked done, in order.
    [[nodiscard]] virtual Result<std::vector<FlushRecord>> undone_flushes(EpochId epoch) = 0;
    /// Whether an epoch has any flush; cheap, however many there are.
    [[nodiscard]] virtual Result<bool> has_flushes(EpochId epoch) = 0;
    /// The flushes of an epoch, in order.
    [[nodiscard]] virtual Result<std::vector<FlushRecord>> flushes(EpochId epoch) = 0;
    /// Per partition of a topic: one past the last written-down offset. Absent: nothing yet.
    [[nodiscard]] virtual Result<std::vector<EpochCut>> written_ends() = 0;

    [[nodiscard]] virtual Result<EpochId> open_epoch() = 0;
    /// Epochs that were cut but not closed, in order.
    [[nodiscard]] virtual Result<std::vector<EpochId>> closing_epochs() = 0;
    /// Cuts the open epoch at the last written-down ends, then so many more with nothing in them
    /// (for contributions to the lake), and opens the next; returns the first cut one.
    [[nodiscard]] virtual Result<EpochId> raise_epoch(std::uint32_t empty_ones) = 0;
    /// Where each partition stood at the end of a cut epoch. Error: kNotFound.
    [[nodiscard]] virtual Result<std::vector<EpochCut>> cuts(EpochId epoch) = 0;
    [[nodiscard]] virtual Status mark_closed(EpochId epoch, std::int64_t closed_at_us) = 0;
    /// Epochs closed before that time, whose speed roll-ups may go.
    [[nodiscard]] virtual Result<std::vector<EpochId>> closed_before(std::int64_t time_us) = 0;
    /// Forgets the flushes of closed epochs up to this one; cuts stay.
    [[nodiscard]] virtual Status forget_flushes(EpochId up_to) = 0;
};

struct StoredDifference {
    Difference difference;
    GenerationId generation;
    std::int64_t found_at_us = 0;
};

class DifferenceBook {
public:
    virtual ~DifferenceBook() = default;
    /// Replaces what is stored for (generation, epoch), so that a repeated batch says it once.
    [[nodiscard]] virtual Status store_differences(GenerationId generation, EpochId epoch,
                                                   std::int64_t found_at_us,
                                                   const std::vector<Difference>& found) = 0;
    /// Newest epoch first.
    [[nodiscard]] virtual Result<std::vector<StoredDifference>> differences(std::size_t limit) = 0;
};

/// Stores of the chain; each change makes a version, and old versions can be read again.
class StoreDirectory {
public:
    virtual ~StoreDirectory() = default;
    /// The newest version; cheap, asked with every flush.
    [[nodiscard]] virtual Result<CatalogVersion> latest_version() = 0;
    /// The catalogue at a version, or the newest.
    [[nodiscard]] virtual Result<retail::StoreCatalog> catalog(
        std::optional<CatalogVersion> version) = 0;
    /// Adds or replaces stores by id, in one new version. Error: kConflict: a code that another
    /// store has.
    [[nodiscard]] virtual Result<CatalogVersion> put_stores(
        const std::vector<retail::Store>& stores) = 0;
    /// Gives each code an id: the known one, or the next free one from 1001 (stored at once with
    /// that zone and currency, in one new version).
    [[nodiscard]] virtual Result<std::map<std::string, StoreId>> create_stores(
        const std::vector<std::string>& codes, std::string_view time_zone,
        std::string_view currency) = 0;
};

/// Products, targets and terms of supply: the durable truth of what the warehouse shows. Each
/// change makes a version of the list.
class ReferenceBook {
public:
    virtual ~ReferenceBook() = default;
    struct Products {
        std::uint64_t version = 0;              ///< 0: never changed.
        std::vector<retail::Product> products;  ///< By product_id.
    };
    struct SalesTargets {
        std::uint64_t version = 0;
        std::vector<retail::SalesTarget> targets;  ///< By store, then date.
    };
    /// Adds or replaces by product_id and returns how many differed from what was there. Error:
    /// kInvalidInput: a product without an id, or one that is given twice; nothing is stored then.
    [[nodiscard]] virtual Result<std::uint64_t> put_products(
        const std::vector<retail::Product>& products) = 0;
    [[nodiscard]] virtual Result<Products> products() = 0;
    /// The same by store and date.
    [[nodiscard]] virtual Result<std::uint64_t> put_sales_targets(
        const std::vector<retail::SalesTarget>& targets) = 0;
    [[nodiscard]] virtual Result<SalesTargets> sales_targets() = 0;
    struct TermsList {
        std::uint64_t version = 0;
        std::vector<retail::ItemTerms> terms;  ///< By store, product, supplier.
    };
    /// The same by store, product and supplier, any of which may stand for every one.
    [[nodiscard]] virtual Result<std::uint64_t> put_item_terms(
        const std::vector<retail::ItemTerms>& terms) = 0;
    [[nodiscard]] virtual Result<TermsList> item_terms() = 0;
};

enum class ImportState : std::uint8_t { kRunning = 1, kDone = 2, kFailed = 3 };

/// An import of one file's rows. Identity: hash of the first `bytes` bytes of a file.
struct ImportRecord {
    std::string content_hash;     ///< XXH3-128 of those bytes, 32 hexadecimal digits.
    std::uint64_t bytes = 0;      ///< File size at the time.
    std::string format;           ///< parquet, csv, ndjson
    std::string path;             ///< For people; not part of the identity.
    std::uint64_t first_row = 0;  ///< Rows before it belong to an earlier import (a grown file).
    std::uint64_t rows_done = 0;  ///< Rows [first_row, rows_done) are in the log.
    std::uint64_t accepted = 0;
    std::uint64_t rejected = 0;
    ImportState state = ImportState::kRunning;
    bool operator==(const ImportRecord&) const = default;
};

class ImportLedger {
public:
    virtual ~ImportLedger() = default;
    [[nodiscard]] virtual Result<std::optional<ImportRecord>> find_import(
        std::string_view content_hash, std::uint64_t bytes) = 0;
    /// Earlier imports of that format with fewer bytes, largest first: candidates for "it grew".
    [[nodiscard]] virtual Result<std::vector<ImportRecord>> smaller_imports(
        std::string_view format, std::uint64_t bytes) = 0;
    [[nodiscard]] virtual Result<std::vector<ImportRecord>> running_imports() = 0;
    /// Inserts or replaces by (content_hash, bytes).
    [[nodiscard]] virtual Status put_import(const ImportRecord& record) = 0;
};

/// Where a message that was not accepted stands in the log.
struct LetterPosition {
    std::string topic;
    PartitionId partition;
    std::int64_t offset = 0;
    auto operator<=>(const LetterPosition&) const = default;
};

/// Dead letters that were sent in again and accepted: each once ever, whatever ends the process.
class ReplayLedger {
public:
    virtual ~ReplayLedger() = default;
    /// Whether it is written down here, under way or settled.
    [[nodiscard]] virtual Result<bool> is_replayed(const LetterPosition& letter) = 0;
    /// Writes letters down, before they are appended to the log. Error: kConflict: one is there.
    [[nodiscard]] virtual Status begin_replays(const std::vector<LetterPosition>& letters) = 0;
    /// Begun and not settled, in order.
    [[nodiscard]] virtual Result<std::vector<LetterPosition>> replays_under_way() = 0;
    /// Of those under way, these are in the log and stay; the others are forgotten.
    [[nodiscard]] virtual Status settle_replays(const std::vector<LetterPosition>& in_log) = 0;
};

/// Named values: generated passwords, the ingest token's hash, the boot id, flags.
class SettingsBook {
public:
    virtual ~SettingsBook() = default;
    [[nodiscard]] virtual Result<std::optional<std::string>> setting(std::string_view name) = 0;
    [[nodiscard]] virtual Status put_setting(std::string_view name, std::string_view value) = 0;
};

/// All of it, as one backend keeps it.
class OperationalStore : public EpochLedger,
                         public DifferenceBook,
                         public StoreDirectory,
                         public ReferenceBook,
                         public UserDirectory,
                         public WebSessionBook,
                         public ImportLedger,
                         public ReplayLedger,
                         public SettingsBook,
                         public JobLedger,
                         public ProcessLocks {};

}  // namespace shelfcast::ports
