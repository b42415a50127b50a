-- A statement as the engine reads it; an error when it cannot. Grain: one row.
select formatQuerySingleLine({statement:String})
