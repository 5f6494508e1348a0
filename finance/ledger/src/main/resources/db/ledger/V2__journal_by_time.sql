-- When entries were posted, by ranges of pages: a look at a time reads what was written then. One small
-- entry for 32 pages costs a posting next to nothing; an index entry for each posting would not.
create index journal_posted on journal using brin (posted_at) with (pages_per_range = 32);
