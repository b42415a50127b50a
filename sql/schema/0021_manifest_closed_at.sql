-- What: when an epoch was closed. A copy of the manifest may be made much later: by a rebuild, or for a
-- warehouse that lost it. Rows of before say when they were copied, which was then.
alter table retail_core.manifest
    add column if not exists closed_at DateTime64(6, 'UTC') default inserted_at;
