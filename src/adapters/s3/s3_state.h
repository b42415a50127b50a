#pragma once

/// \file adapters/s3/s3_state.h
/// The operator's state in an S3 bucket, so that a worker finds it on whatever machine it starts,
/// with a local mirror to read it from: bytes are mapped from there, not downloaded at each open.
///
/// The mirror keeps each content under `NAME@ETAG`. An `open` asks the bucket for the ETag first,
/// so that a blob which another process has replaced or removed is never served as it was, and an
/// outage is an error, not an old answer. Thread safe. Bucket and mirror must outlive it; the
/// mirror is its own, and may be lost at any time.

#include <mutex>

#include "adapters/s3/s3_bucket.h"
#include "ports/state_store.h"

namespace shelfcast::adapters {

class S3State final : public ports::StateStore {
public:
    /// Removes from the mirror what the bucket does not have any more. Errors: those of S3Bucket
    /// and of the mirror.
    [[nodiscard]] static Result<std::unique_ptr<S3State>> open_mirrored(S3Bucket& bucket,
                                                                        ports::StateStore& mirror);

    [[nodiscard]] Status put(std::string_view name, std::string_view bytes) override;
    [[nodiscard]] Result<ports::StateBlob> open(std::string_view name) override;
    [[nodiscard]] Result<std::vector<std::string>> list(std::string_view prefix) override;
    [[nodiscard]] Status remove(std::string_view name) override;

private:
    S3State(S3Bucket& bucket, ports::StateStore& mirror) : bucket_(bucket), mirror_(mirror) {}

    /// Puts a content into the mirror and takes away the others of that name.
    [[nodiscard]] Status keep(std::string_view name, std::string_view etag, std::string_view bytes);

    S3Bucket& bucket_;
    ports::StateStore& mirror_;
    std::mutex mutex_;  ///< One writer to the mirror at a time.
};

}  // namespace shelfcast::adapters
