-- Asked by: the tests of bound values. Grain: one row.
select {value:String} as value
