#pragma once

/// \file tests/simulation/world.h
/// One seeded history: log, operator, speed layer, batch layer, lake and manifest, all real, over a
/// simulated disk and a simulated warehouse, through crashes, duplicates, reorderings and torn
/// writes. After it, everything is compared with the oracle. One thread, no clock but its own.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "adapters/memory/memory_codec.h"
#include "adapters/memory/memory_warehouse.h"
#include "adapters/prometheus/prometheus_metrics.h"
#include "ports/clock.h"
#include "tests/simulation/oracle.h"
#include "tests/simulation/sim_disk.h"

namespace shelfcast::simulation {

/// What is broken on purpose, to show that the simulation would notice.
struct Sabotage {
    bool normal_durability = false;   ///< SQLite with synchronous=NORMAL.
    bool drop_lake_syncs = false;     ///< A lake rename without the fsync before it.
    bool skip_reinsert = false;       ///< Recovery believes that every written-down row is there.
    bool skip_rollup_repair = false;  ///< Recovery leaves the roll-ups as they are.
    bool skip_spoilt = false;         ///< Recovery believes that every stored byte is right.
    bool skip_settle = false;         ///< Writes whose answer was lost are not waited for.
};

class SimClock final : public ports::Clock {
public:
    [[nodiscard]] std::int64_t now_us() const override { return now_us_; }
    [[nodiscard]] std::int64_t steady_us() const override { return now_us_; }
    void advance(std::int64_t us) { now_us_ += us; }

private:
    std::int64_t now_us_ = 1'764'244'800'000'000;  // 2025-11-27 12:00:00 UTC
};

/// What a history did, summed over histories to see that the dice are fair.
struct Tally {
    std::map<std::string, std::uint64_t> failpoints;  ///< Passages, by name.
    std::uint64_t crashes = 0;
    std::uint64_t epochs_closed = 0;
    std::uint64_t events = 0;
    std::uint64_t duplicates = 0;
    std::uint64_t reinserted_flushes = 0;
    std::uint64_t spoilt_tables = 0;
    std::uint64_t contributions = 0;
    std::uint64_t rebuilds = 0;
    std::uint64_t merged_files = 0;
    std::uint64_t removed_files = 0;
};

/// What the program keeps at some moment.
struct Kept {
    std::uint64_t log_bytes = 0;
    std::uint64_t store_bytes = 0;
    std::uint64_t state_bytes = 0;
    std::uint64_t speed_rows = 0;
    std::uint64_t flushes = 0;  ///< In the ledger, of the open epoch and the one before.
};

class World {
public:
    World(std::uint64_t seed, Sabotage sabotage);
    ~World();

    /// Runs the history. Nothing, or what is wrong.
    [[nodiscard]] std::optional<std::string> run(int actions, Tally& tally);

    /// Hours of steady load without faults, a batch at the end of each; what is kept then.
    [[nodiscard]] std::optional<std::string> run_steadily(int hours, int messages_per_minute,
                                                          Tally& tally, std::vector<Kept>& kept);

private:
    struct Program;
    struct Request {
        std::string topic;
        std::string key;
        std::string body;
        std::vector<const Meant*> messages;
    };
    enum class Fault { kNone, kFailpoint, kDisk, kEngineNow, kEngineInWrite, kLostAnswer };

    [[nodiscard]] std::uint64_t dice(std::uint64_t sides) { return random_() % sides; }
    [[nodiscard]] std::string pick_topic();
    [[nodiscard]] const Meant* make_message(const std::string& topic);
    void arm_fault();
    void disarm();
    void end_process();
    [[nodiscard]] bool ensure_running();
    void act();
    void send();
    void send_raw();
    void step();
    /// Whether everything was closed.
    bool close_epoch();
    void add_store();
    void contribute();
    void rebuild();
    void compact();
    void settle_everything();
    void check_end();
    [[nodiscard]] Kept kept_now();
    void read_new_records();
    void compare(bool at_end);
    void check_lake();
    /// Records of the contributions that closed epochs hold.
    [[nodiscard]] Result<std::vector<Logged>> closed_contributions();
    void note(const Error& error);
    void wrong(std::string what);

    std::mt19937_64 random_;
    const Sabotage sabotage_;
    SimClock clock_;
    SimDisk disk_;
    SimState state_;
    adapters::memory::MemoryWarehouse warehouse_;
    adapters::memory::MemoryCodec codec_;
    adapters::PrometheusMetrics metrics_;
    std::unique_ptr<Program> program_;

    std::vector<std::unique_ptr<Meant>> meant_;
    std::map<std::string, const Meant*> by_text_;
    std::vector<std::uint64_t> ids_;
    std::optional<Request> unanswered_;
    std::vector<const Meant*> acknowledged_;
    std::vector<Logged> shadow_;  ///< Every record ever seen in the log, in order of reading.
    std::map<std::pair<std::string, std::uint32_t>, std::int64_t> shadow_end_;
    std::set<std::string> seen_texts_;
    std::map<std::string, std::set<std::string>> seen_in_topic_;

    bool power_on_crash_ = false;
    std::uint32_t stores_ = 2;
    std::uint64_t requests_ = 0;
    /// What each contribution holds, by identity; it counts once its epoch is closed.
    std::map<std::string, std::vector<Logged>> contributions_;
    std::optional<std::string> wrong_;
    Tally* tally_ = nullptr;
};

}  // namespace shelfcast::simulation
