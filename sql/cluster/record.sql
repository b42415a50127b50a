-- What: which files were applied, so that the program does not apply them in the form of a single server.
-- Asked by: `schema export`.
insert into retail_core.schema_files
(
    number,
    name,
    checksum
)
values
    {{rows}};
