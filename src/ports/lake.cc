#include "ports/lake.h"

namespace shelfcast::ports {

std::vector<const LakeFile*> LakeManifest::counted_files() const {
    std::vector<const LakeFile*> counted;
    for (const LakeFile& file : files) {
        counted.push_back(&file);
    }
    for (const Contribution& contribution : waiting) {
        for (const LakeFile& file : contribution.files) {
            counted.push_back(&file);
        }
    }
    for (const LakeSnapshot& snapshot : snapshots) {
        counted.push_back(&snapshot.file);
    }
    return counted;
}

}  // namespace shelfcast::ports
