#pragma once

/// \file adapters/sqlite_store/sqlite_store.h
/// The operational store in one SQLite file. One per data directory, owned by the wiring; a second
/// owner of the same file is refused. Thread safe: calls take turns.

#include <memory>
#include <string>

#include "adapters/sqlite_store/thread_locks.h"
#include "ports/operational_store.h"
#include "ports/order_store.h"

namespace shelfcast::adapters {

namespace sqlite_store {
class Database;
}  // namespace sqlite_store

struct SqliteStoreOptions {
    /// What a transaction waits for. kNormal may lose the last ones at a power loss: it is there
    /// for the simulation, which shows that it does.
    enum class Durability { kFull, kNormal };

    std::string path{};  ///< Its folder must exist.
    std::string vfs{};  ///< Name of a registered SQLite VFS (the simulation's); empty: the default.
    Durability durability = Durability::kFull;
};

class SqliteStore final : public ports::OperationalStore, public ports::OrderStore {
public:
    /// Every method may also fail with kStorageFull, kUnavailable (disk faults), kCorrupted; the
    /// message names the file.

    /// Opens or makes the file and brings it to the newest tables. Errors: kBusy (another owner),
    /// kCorrupted (no database, or one of another program), kInvalidInput (a newer program's).
    [[nodiscard]] static Result<std::unique_ptr<SqliteStore>> open(
        const SqliteStoreOptions& options);
    ~SqliteStore() override;
    SqliteStore(const SqliteStore&) = delete;
    SqliteStore& operator=(const SqliteStore&) = delete;

    /// Copies everything into a new file, as it stands when the copy ends; others go on meanwhile.
    /// The copy is not synced.
    [[nodiscard]] Status copy_to(const std::string& path);

    [[nodiscard]] Result<std::unique_ptr<ports::ProcessLock>> try_lock(
        std::string_view name) override;

    [[nodiscard]] Result<ports::SpeedSession> session() override;
    [[nodiscard]] Result<SessionId> begin_session(SessionId after) override;
    [[nodiscard]] Status mark_verified(SessionId session, std::int64_t server_started_s) override;
    [[nodiscard]] Result<ports::FlushRecord> write_down(const ports::FlushDraft& draft,
                                                        SessionId session) override;
    [[nodiscard]] Status mark_done(FlushId flush, SessionId session) override;
    [[nodiscard]] Result<std::uint32_t> next_attempt(FlushId flush) override;
    [[nodiscard]] Result<std::vector<ports::FlushRecord>> undone_flushes(EpochId epoch) override;
    [[nodiscard]] Result<bool> has_flushes(EpochId epoch) override;
    [[nodiscard]] Result<std::vector<ports::FlushRecord>> flushes(EpochId epoch) override;
    [[nodiscard]] Result<std::vector<ports::EpochCut>> written_ends() override;
    [[nodiscard]] Result<EpochId> open_epoch() override;
    [[nodiscard]] Result<std::vector<EpochId>> closing_epochs() override;
    [[nodiscard]] Result<EpochId> raise_epoch(std::uint32_t empty_ones) override;
    [[nodiscard]] Result<std::vector<ports::EpochCut>> cuts(EpochId epoch) override;
    [[nodiscard]] Status mark_closed(EpochId epoch, std::int64_t closed_at_us) override;
    [[nodiscard]] Result<std::vector<EpochId>> closed_before(std::int64_t time_us) override;
    /// In steps of a bounded number of flushes each, so that a flush in between waits only briefly;
    /// a repeat goes on where a crash left off.
    [[nodiscard]] Status forget_flushes(EpochId up_to) override;

    [[nodiscard]] Status store_differences(GenerationId generation, EpochId epoch,
                                           std::int64_t found_at_us,
                                           const std::vector<ports::Difference>& found) override;
    [[nodiscard]] Result<std::vector<ports::StoredDifference>> differences(
        std::size_t limit) override;

    [[nodiscard]] Result<CatalogVersion> latest_version() override;
    [[nodiscard]] Result<retail::StoreCatalog> catalog(
        std::optional<CatalogVersion> version) override;
    [[nodiscard]] Result<CatalogVersion> put_stores(
        const std::vector<retail::Store>& stores) override;
    [[nodiscard]] Result<std::map<std::string, StoreId>> create_stores(
        const std::vector<std::string>& codes, std::string_view time_zone,
        std::string_view currency) override;

    [[nodiscard]] Result<std::uint64_t> put_products(
        const std::vector<retail::Product>& products) override;
    [[nodiscard]] Result<Products> products() override;
    [[nodiscard]] Result<std::uint64_t> put_sales_targets(
        const std::vector<retail::SalesTarget>& targets) override;
    [[nodiscard]] Result<SalesTargets> sales_targets() override;
    [[nodiscard]] Result<std::uint64_t> put_item_terms(
        const std::vector<retail::ItemTerms>& terms) override;
    [[nodiscard]] Result<TermsList> item_terms() override;

    [[nodiscard]] Result<std::optional<ports::User>> find_user(std::string_view name) override;
    [[nodiscard]] Result<std::vector<ports::User>> users() override;
    [[nodiscard]] Status put_user(const ports::User& user) override;
    [[nodiscard]] Status drop_user(std::string_view name) override;

    [[nodiscard]] Status begin_web_session(const ports::WebSession& session) override;
    [[nodiscard]] Result<std::optional<ports::WebSession>> find_web_session(
        std::string_view token_hash) override;
    [[nodiscard]] Result<bool> renew_web_session(std::string_view session_id,
                                                 std::string_view from_hash,
                                                 std::string_view to_hash,
                                                 std::int64_t old_until_us,
                                                 std::int64_t now_us) override;
    [[nodiscard]] Status end_web_session(std::string_view session_id) override;
    [[nodiscard]] Status end_web_sessions_of(std::string_view user) override;
    [[nodiscard]] Status end_old_web_sessions(std::int64_t started_before_us,
                                              std::int64_t renewed_before_us) override;

    [[nodiscard]] Result<std::optional<ports::ImportRecord>> find_import(
        std::string_view content_hash, std::uint64_t bytes) override;
    [[nodiscard]] Result<std::vector<ports::ImportRecord>> smaller_imports(
        std::string_view format, std::uint64_t bytes) override;
    [[nodiscard]] Result<std::vector<ports::ImportRecord>> running_imports() override;
    [[nodiscard]] Status put_import(const ports::ImportRecord& record) override;

    [[nodiscard]] Result<bool> is_replayed(const ports::LetterPosition& letter) override;
    [[nodiscard]] Status begin_replays(const std::vector<ports::LetterPosition>& letters) override;
    [[nodiscard]] Result<std::vector<ports::LetterPosition>> replays_under_way() override;
    [[nodiscard]] Status settle_replays(const std::vector<ports::LetterPosition>& in_log) override;

    [[nodiscard]] Result<std::optional<std::string>> setting(std::string_view name) override;
    [[nodiscard]] Status put_setting(std::string_view name, std::string_view value) override;

    [[nodiscard]] Result<ports::JobRun> begin_run(const ports::JobRunDraft& draft) override;
    [[nodiscard]] Status end_run(ports::JobRunId run, const ports::RunEnding& ending) override;
    [[nodiscard]] Status mark_timed_out(ports::JobRunId run, std::string_view message) override;
    [[nodiscard]] Result<std::uint64_t> release_others(std::string_view owner,
                                                       std::int64_t now_us) override;
    [[nodiscard]] Result<std::vector<ports::JobRun>> runs(std::string_view job,
                                                          std::string_view logical_date) override;
    [[nodiscard]] Result<std::vector<ports::JobRun>> owed_runs(std::string_view job) override;
    [[nodiscard]] Result<std::vector<ports::JobRun>> history(std::string_view job,
                                                             std::size_t limit) override;
    [[nodiscard]] Result<std::int64_t> first_seen(std::string_view job,
                                                  std::int64_t now_us) override;

    [[nodiscard]] Result<retail::OrderId> put_order_change(
        const ports::OrderChange& change) override;
    [[nodiscard]] Result<std::optional<retail::ProposalDecision>> find_decision(
        const retail::ProposalKey& key) override;
    [[nodiscard]] Result<std::vector<retail::ProposalDecision>> decisions(
        StoreId store, std::int32_t review_date) override;
    [[nodiscard]] Result<std::optional<retail::PurchaseOrder>> find_order(
        retail::OrderId id) override;
    [[nodiscard]] Result<std::optional<retail::PurchaseOrder>> find_draft(
        StoreId store, std::string_view supplier, std::int32_t review_date) override;
    [[nodiscard]] Result<std::vector<retail::PurchaseOrder>> orders(
        const ports::OrderFilter& filter) override;
    [[nodiscard]] Result<std::vector<retail::OrderEvent>> order_events(retail::OrderId id) override;
    [[nodiscard]] Result<std::vector<retail::OrderEvent>> proposal_events(
        const retail::ProposalKey& key) override;
    [[nodiscard]] Result<std::optional<retail::OrderEvent>> find_request(
        std::string_view request_id) override;
    [[nodiscard]] Result<std::vector<retail::PurchaseOrder>> unmirrored_orders(
        std::size_t limit) override;
    [[nodiscard]] Status mark_mirrored(
        const std::vector<std::pair<retail::OrderId, std::uint64_t>>& revisions) override;
    [[nodiscard]] Status forget_mirrored() override;

private:
    explicit SqliteStore(std::unique_ptr<sqlite_store::Database> database);

    std::unique_ptr<sqlite_store::Database> database_;
    sqlite_store::ThreadLocks locks_;
};

}  // namespace shelfcast::adapters
