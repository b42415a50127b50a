#include "adapters/sqlite_store/thread_locks.h"

#include <mutex>
#include <set>
#include <string>
#include <utility>

namespace shelfcast::adapters::sqlite_store {

struct ThreadLocks::Held {
    class Lock final : public ports::ProcessLock {
    public:
        Lock(std::shared_ptr<Held> held, std::string name)
            : held_(std::move(held)), name_(std::move(name)) {}
        ~Lock() override {
            const std::scoped_lock lock(held_->mutex);
            held_->names.erase(name_);
        }
        Status check() override { return {}; }

    private:
        std::shared_ptr<Held> held_;
        std::string name_;
    };

    std::mutex mutex;
    std::set<std::string, std::less<>> names;  ///< Guarded by mutex.
};

ThreadLocks::ThreadLocks() : held_(std::make_shared<Held>()) {}

Result<std::unique_ptr<ports::ProcessLock>> ThreadLocks::try_lock(std::string_view name) {
    const std::scoped_lock lock(held_->mutex);
    if (!held_->names.emplace(name).second) {
        return fail(ErrorKind::kBusy, "lock {} is held", name);
    }
    return std::make_unique<Held::Lock>(held_, std::string(name));
}

}  // namespace shelfcast::adapters::sqlite_store
