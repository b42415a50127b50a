#pragma once

/// \file tests/contract/file_system_contract.h
/// What every adapter of ports/file_system.h keeps. An adapter's test makes the factory and says
/// INSTANTIATE_TEST_SUITE_P(Name, FileSystemContract, testing::Values(factory)).
///
/// What survives a crash is for the simulation's adapter to play and for the pipelines to rely on.

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ports/file_system.h"

namespace shelfcast::contract {

/// Makes an empty file system; its storage goes with it.
using FileSystemFactory = std::function<std::unique_ptr<ports::FileSystem>()>;

class FileSystemContract : public testing::TestWithParam<FileSystemFactory> {
protected:
    void SetUp() override {
        files_ = GetParam()();
        ASSERT_NE(files_, nullptr);
    }

    void write(std::string_view path, std::string_view bytes) {
        const Status written = files_->write_file(path, bytes);
        ASSERT_TRUE(written) << written.error().message;
    }
    std::string read(std::string_view path) {
        const auto bytes = files_->read_file(path);
        EXPECT_TRUE(bytes) << bytes.error().message;
        return bytes ? *bytes : std::string();
    }
    std::vector<std::string> list(std::string_view path) {
        const auto paths = files_->list_files(path);
        EXPECT_TRUE(paths) << paths.error().message;
        return paths ? *paths : std::vector<std::string>();
    }
    template <typename T>
    static void expect_error(const Result<T>& result, ErrorKind kind, std::string_view named) {
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().kind, kind) << result.error().message;
        EXPECT_NE(result.error().message.find(named), std::string::npos) << result.error().message;
    }

    std::unique_ptr<ports::FileSystem> files_;
};

TEST_P(FileSystemContract, WhatIsWrittenIsRead) {
    std::string every_byte;
    for (int byte = 0; byte < 256; ++byte) {
        every_byte.push_back(static_cast<char>(byte));
    }
    write("bytes", every_byte);
    write("a/b/c.txt", "nested");
    write("empty", "");
    EXPECT_EQ(read("bytes"), every_byte);
    EXPECT_EQ(read("a/b/c.txt"), "nested");
    EXPECT_EQ(read("empty"), "");
}

TEST_P(FileSystemContract, ALargeFileComesBackWhole) {
    std::string large(5'000'003, 'x');
    for (std::size_t i = 0; i < large.size(); i += 4093) {
        large[i] = static_cast<char>(i % 251);
    }
    write("large", large);
    EXPECT_TRUE(read("large") == large);
}

TEST_P(FileSystemContract, WritingAgainReplacesTheWholeContent) {
    write("file", "a long first content");
    write("file", "short");
    EXPECT_EQ(read("file"), "short");
}

TEST_P(FileSystemContract, AMissingFileIsNotFoundByName) {
    expect_error(files_->read_file("no/such.file"), ErrorKind::kNotFound, "no/such.file");
    expect_error(files_->sync_file("no/such.file"), ErrorKind::kNotFound, "no/such.file");
    expect_error(files_->rename("no-such.file", "other"), ErrorKind::kNotFound, "no-such.file");
}

TEST_P(FileSystemContract, RenameMovesAndReplaces) {
    write("a/new", "new");
    write("a/old", "old");
    ASSERT_TRUE(files_->rename("a/new", "a/old"));
    EXPECT_EQ(read("a/old"), "new");
    expect_error(files_->read_file("a/new"), ErrorKind::kNotFound, "a/new");
    EXPECT_EQ(list("a"), (std::vector<std::string>{"a/old"}));
}

TEST_P(FileSystemContract, RemovingIsRepeatable) {
    write("a/file", "x");
    ASSERT_TRUE(files_->remove_file("a/file"));
    expect_error(files_->read_file("a/file"), ErrorKind::kNotFound, "a/file");
    EXPECT_TRUE(files_->remove_file("a/file"));
    EXPECT_TRUE(files_->remove_file("never/was"));
    EXPECT_TRUE(list("").empty());
}

TEST_P(FileSystemContract, AFolderCanBeWrittenToAfterItsLastFileWasRemoved) {
    write("a/b/file", "x");
    ASSERT_TRUE(files_->remove_file("a/b/file"));
    write("a/b/file", "y");
    EXPECT_EQ(read("a/b/file"), "y");
}

TEST_P(FileSystemContract, ListsFilesOfAllFoldersBelowSorted) {
    write("topic/day=2/part-2", "");
    write("topic/day=2/part-1", "");
    write("topic/day=1/part-1", "");
    write("topic.txt", "");
    write("topic-2/day=1/part-1", "");
    write("z", "");
    EXPECT_EQ(list("topic"), (std::vector<std::string>{"topic/day=1/part-1", "topic/day=2/part-1",
                                                       "topic/day=2/part-2"}));
    EXPECT_EQ(list(""),
              (std::vector<std::string>{"topic-2/day=1/part-1", "topic.txt", "topic/day=1/part-1",
                                        "topic/day=2/part-1", "topic/day=2/part-2", "z"}));
    EXPECT_TRUE(list("no-such-folder").empty());
}

TEST_P(FileSystemContract, SyncsFilesAndFolders) {
    write("a/b/file", "x");
    EXPECT_TRUE(files_->sync_file("a/b/file"));
    EXPECT_TRUE(files_->sync_directory("a/b"));
    EXPECT_TRUE(files_->sync_directory("a"));
    EXPECT_TRUE(files_->sync_directory(""));
}

TEST_P(FileSystemContract, ADurableWriteLeavesOnlyTheFile) {
    ASSERT_TRUE(files_->write_durably("a/file", "first"));
    ASSERT_TRUE(files_->write_durably("a/file", "second"));
    ASSERT_TRUE(files_->write_durably("top", "third"));
    EXPECT_EQ(read("a/file"), "second");
    EXPECT_EQ(list(""), (std::vector<std::string>{"a/file", "top"}));
}

TEST_P(FileSystemContract, WhatIsThereIsNotCreatedAgain) {
    ASSERT_TRUE(files_->create_durably("a/file", "first"));
    expect_error(files_->create_durably("a/file", "second"), ErrorKind::kConflict, "a/file");
    expect_error(files_->create_durably("a/file", "first"), ErrorKind::kConflict, "a/file");
    EXPECT_EQ(read("a/file"), "first");
    EXPECT_EQ(list(""), (std::vector<std::string>{"a/file"}));
    ASSERT_TRUE(files_->remove_file("a/file"));
    ASSERT_TRUE(files_->create_durably("a/file", "third"));
    EXPECT_EQ(read("a/file"), "third");
}

TEST_P(FileSystemContract, ASizeIsInBytesAndThatOfNoFileIsNothing) {
    write("a/five", "12345");
    write("a/none", "");
    const auto size = [&](std::string_view path) {
        const auto found = files_->file_size(path);
        EXPECT_TRUE(found) << found.error().message;
        return found ? *found : std::nullopt;
    };
    EXPECT_EQ(size("a/five"), 5U);
    EXPECT_EQ(size("a/none"), 0U);
    EXPECT_EQ(size("a/six"), std::nullopt);
    EXPECT_EQ(size("no/folder"), std::nullopt);
}

TEST_P(FileSystemContract, NoPathLeavesTheRoot) {
    write("inside", "x");
    const std::vector<std::string> bad = {"../outside", "a/../../outside",
                                          "a/..",       "/etc/hostname",
                                          "a//b",       "./a",
                                          "a/.",        "a/",
                                          "..",         "/",
                                          ".",          std::string("a\0b", 3)};
    for (const std::string& path : bad) {
        SCOPED_TRACE(path);
        const std::string named = path.substr(0, path.find('\0'));
        expect_error(files_->write_file(path, "x"), ErrorKind::kInvalidInput, named);
        expect_error(files_->read_file(path), ErrorKind::kInvalidInput, named);
        expect_error(files_->sync_file(path), ErrorKind::kInvalidInput, named);
        expect_error(files_->sync_directory(path), ErrorKind::kInvalidInput, named);
        expect_error(files_->rename("inside", path), ErrorKind::kInvalidInput, named);
        expect_error(files_->rename(path, "inside"), ErrorKind::kInvalidInput, named);
        expect_error(files_->remove_file(path), ErrorKind::kInvalidInput, named);
        expect_error(files_->list_files(path), ErrorKind::kInvalidInput, named);
        expect_error(files_->file_size(path), ErrorKind::kInvalidInput, named);
        expect_error(files_->write_durably(path, "x"), ErrorKind::kInvalidInput, named);
        expect_error(files_->create_durably(path, "x"), ErrorKind::kInvalidInput, named);
    }
    expect_error(files_->write_file("", "x"), ErrorKind::kInvalidInput, "empty");
    expect_error(files_->read_file(""), ErrorKind::kInvalidInput, "empty");
    expect_error(files_->remove_file(""), ErrorKind::kInvalidInput, "empty");
    EXPECT_EQ(list(""), (std::vector<std::string>{"inside"}));
}

}  // namespace shelfcast::contract
