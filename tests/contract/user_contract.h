#pragma once

/// \file tests/contract/user_contract.h
/// What every operational store keeps of users and of who is signed in. Include it beside
/// operational_store_contract.h: the tests are of the same suite.

#include <optional>
#include <string>
#include <vector>

#include "tests/contract/operational_store_contract.h"

namespace shelfcast::contract {

TEST_P(OperationalStoreContract, UsersAreFoundByNameAndReplaced) {
    using ports::Role;
    EXPECT_EQ(value(harness_->users().find_user("admin")), std::nullopt);
    const ports::User admin{"admin", "$argon2id$1", Role::kAdministrator};
    const ports::User other{
        "Admin", "$argon2id$2", Role::kRegionalManager, {StoreId{7}, StoreId{4'000'000'000}}};
    ok(harness_->users().put_user(admin));
    ok(harness_->users().put_user(other));
    const ports::User changed{"admin", "$argon2id$3", Role::kStoreManager, {StoreId{3}}};
    ok(harness_->users().put_user(changed));
    harness_->reopen();
    EXPECT_EQ(value(harness_->users().find_user("admin")), changed);
    EXPECT_EQ(value(harness_->users().users()), (std::vector<ports::User>{other, changed}));
    ok(harness_->users().put_user(admin));
    EXPECT_EQ(value(harness_->users().find_user("admin")), admin) << "the scope stayed";
}

TEST_P(OperationalStoreContract, AUserWhoseScopeDoesNotFitTheRoleIsRefused) {
    using ports::Role;
    for (const ports::User& wrong :
         {ports::User{"", "x", Role::kAdministrator}, ports::User{"bob", "x", Role::kStoreManager},
          ports::User{"bob", "x", Role::kRegionalManager},
          ports::User{"bob", "x", Role::kAdministrator, {StoreId{1}}},
          ports::User{"bob", "x", Role::kAnalyst, {StoreId{2}, StoreId{1}}},
          ports::User{"bob", "x", Role::kAnalyst, {StoreId{1}, StoreId{1}}}}) {
        expect_error(harness_->users().put_user(wrong), ErrorKind::kInvalidInput, wrong.name);
    }
    EXPECT_TRUE(value(harness_->users().users()).empty());
}

TEST_P(OperationalStoreContract, AUserIsDroppedOnce) {
    ok(harness_->users().put_user({"ann", "x", ports::Role::kAnalyst}));
    ok(harness_->users().drop_user("ann"));
    EXPECT_EQ(value(harness_->users().find_user("ann")), std::nullopt);
    expect_error(harness_->users().drop_user("ann"), ErrorKind::kNotFound, "ann");
}

inline ports::WebSession web_session(std::string id, std::string token, std::int64_t started_at) {
    return {.session_id = std::move(id),
            .user = "ann",
            .csrf_token = "csrf",
            .token_hash = std::move(token),
            .started_at_us = started_at,
            .renewed_at_us = started_at};
}

TEST_P(OperationalStoreContract, AWebSessionIsFoundByItsTokenAndTheOneBefore) {
    auto session = web_session("s1", "first", 100);
    ok(harness_->sessions().begin_web_session(session));
    expect_error(harness_->sessions().begin_web_session(web_session("s1", "other", 100)),
                 ErrorKind::kConflict, "s1");
    EXPECT_EQ(value(harness_->sessions().find_web_session("")), std::nullopt);
    EXPECT_EQ(value(harness_->sessions().find_web_session("second")), std::nullopt);
    EXPECT_TRUE(value(harness_->sessions().renew_web_session("s1", "first", "second", 150, 120)));
    EXPECT_FALSE(value(harness_->sessions().renew_web_session("s1", "first", "third", 160, 130)))
        << "another request had renewed it";
    harness_->reopen();
    session.token_hash = "second";
    session.old_token_hash = "first";
    session.old_until_us = 150;
    session.renewed_at_us = 120;
    EXPECT_EQ(value(harness_->sessions().find_web_session("second")), session);
    EXPECT_EQ(value(harness_->sessions().find_web_session("first")), session);
    EXPECT_EQ(value(harness_->sessions().find_web_session("third")), std::nullopt);
}

TEST_P(OperationalStoreContract, WebSessionsEndOneByOneByUserAndByAge) {
    ports::WebSessionBook& book = harness_->sessions();
    const auto there = [&](const char* token) {
        return value(book.find_web_session(token)).has_value();
    };
    for (const auto& [id, token, started] :
         {std::tuple{"s1", "a", 100}, {"s2", "b", 200}, {"s3", "c", 300}, {"s4", "d", 400}}) {
        ok(book.begin_web_session(web_session(id, token, started)));
    }
    auto of_bob = web_session("s5", "e", 400);
    of_bob.user = "bob";
    ok(book.begin_web_session(of_bob));
    ok(book.end_web_session("s1"));
    ok(book.end_web_session("s1"));
    EXPECT_FALSE(there("a"));
    EXPECT_TRUE(value(book.renew_web_session("s2", "b", "b2", 260, 250)));
    ok(book.end_old_web_sessions(201, 0));
    EXPECT_FALSE(there("b2")) << "it began too long ago, however lately it was renewed";
    ok(book.end_old_web_sessions(0, 301));
    EXPECT_FALSE(there("c"));
    ok(book.end_web_sessions_of("ann"));
    EXPECT_FALSE(there("d"));
    EXPECT_TRUE(there("e"));
}

}  // namespace shelfcast::contract
