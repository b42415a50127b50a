#pragma once

/// \file cli/output_file.h
/// A file that a command writes: what was there before stays until all of the new one is written.

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace shelfcast::cli {

class OutputFile {
public:
    /// Begins `path`. A regular file is written beside its place; anything else, a pipe or a
    /// terminal, is written as it is. Error: kStorageFull, naming the path.
    [[nodiscard]] static Result<OutputFile> create(const std::string& path);

    OutputFile(OutputFile&&) = default;
    OutputFile& operator=(OutputFile&&) = delete;
    ~OutputFile();  ///< Without finish(), leaves what was there before.

    /// Errors: kStorageFull, naming the path.
    [[nodiscard]] Status write(std::string_view text);
    /// All is written: it takes its place. Errors: as write().
    [[nodiscard]] Status finish();

private:
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    OutputFile(std::string path, std::string part, std::FILE* file);

    std::string path_;
    std::string part_;  ///< Where it is written; empty: to the path itself.
    std::unique_ptr<std::FILE, Close> file_;
};

}  // namespace shelfcast::cli
