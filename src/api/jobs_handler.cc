#include "api/jobs_handler.h"

#include <exception>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include "base/bounded_queue.h"
#include "base/log.h"

namespace shelfcast::api {
namespace {

constexpr std::size_t kLinesAhead = 64;
constexpr std::string_view kBearer = "Bearer ";

/// A job on its own thread, whose lines wait to be pulled; the first pull begins it. Ends the job
/// when it is dropped.
class RunningJob {
public:
    RunningJob(Job job, std::string request) : job_(std::move(job)), request_(std::move(request)) {}

    [[nodiscard]] std::optional<std::string> next(const std::stop_token& stop) {
        if (!worker_.joinable()) {
            worker_ = std::jthread([this](const std::stop_token& own) { run(own); });
        }
        return lines_.pop(stop);
    }

private:
    void run(const std::stop_token& stop) {
        const JobProgress progress = [&](std::string_view json) {
            // A reader who is slow loses intermediate progress, never the result.
            std::string line = fmt::format("{{\"progress\":{}}}\n", json);
            static_cast<void>(lines_.try_push(line));
        };
        const Result<std::string> result = outcome(progress, stop);
        std::string last = result ? fmt::format("{{\"result\":{}}}\n", *result)
                                  : fmt::format("{}\n", ports::error_response(result.error()).body);
        static_cast<void>(lines_.push(std::move(last), stop));
        lines_.close();
    }

    /// A value of the wrong type is what throws while a request is read.
    Result<std::string> outcome(const JobProgress& progress, const std::stop_token& stop) {
        try {
            return job_(request_, progress, stop);
        } catch (const std::exception& thrown) {
            log::error("job", "threw what=\"{}\"", thrown.what());
            return fail(ErrorKind::kInvalidInput, "the request cannot be read: {}", thrown.what());
        }
    }

    const Job job_;
    const std::string request_;
    BoundedQueue<std::string> lines_{kLinesAhead};
    std::jthread worker_;  ///< Of next(): one caller at a time.
};

}  // namespace

ports::HttpHandler make_job_handler(Job job, TokenCheck allowed) {
    return [job = std::move(job), allowed = std::move(allowed)](const ports::HttpRequest& request,
                                                                const std::stop_token& stop) {
        const std::string_view login = request.header("Authorization").value_or("");
        if (!login.starts_with(kBearer) || !allowed(login.substr(kBearer.size()))) {
            return ports::error_response({ErrorKind::kUnauthenticated,
                                          "this needs the control token of the data directory"});
        }
        ports::HttpResponse response;
        response.content_type = "application/x-ndjson";
        // Shared by the copies of the stream function; the last one ends the job.
        auto running = std::make_shared<RunningJob>(job, request.body);
        response.stream = [running, stop](std::string& chunk) -> Result<bool> {
            std::optional<std::string> line = running->next(stop);
            if (!line) {
                return false;
            }
            chunk = std::move(*line);
            return true;
        };
        return response;
    };
}

}  // namespace shelfcast::api
