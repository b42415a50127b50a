-- What: forgets which files were applied.
truncate table retail_core.schema_files
