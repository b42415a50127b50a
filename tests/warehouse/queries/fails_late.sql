-- Asked by: the streaming tests. Fails once much of the answer is on its way.
select throwIf(number = 3000000, 'too late') as value
from numbers(4000000)
settings max_block_size = 65536, max_threads = 1
