#pragma once

/// \file cli/doctor_machine.h
/// What `shelfcast doctor` looks at outside log and lake: configuration, disk, permissions, ports,
/// the engine's library. Nothing is changed but a probe file that goes again.

#include "cli/commands.h"
#include "cli/data_directory.h"
#include "pipelines/doctor/doctor.h"

namespace shelfcast::cli {

/// `owner`: who runs on the data directory now, if anybody.
[[nodiscard]] doctor::Findings check_machine(const Common& common,
                                             const std::optional<OwnerAddress>& owner);

}  // namespace shelfcast::cli
