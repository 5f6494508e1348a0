-- The decisions of transactions whose home slot this cell owns: the row says whether a transaction
-- committed, and no row means that it did not. States: 1 committed, 2 aborted, 3 refused.
create table decision (
    trace_head    bigint   not null,
    trace_serial  bigint   not null,
    digest        bigint   not null,
    decide_by     bigint   not null,
    acknowledged  bigint   not null,
    -- Milliseconds of this database's clock when the last branch was durably finished.
    finished_at   bigint,
    attempt       integer  not null,
    business_date integer  not null,
    home_slot     smallint not null,
    state         smallint not null,
    initiator     smallint not null,
    outcome       smallint not null,
    message       text,
    branches      bytea    not null,
    content       bytea    not null,
    primary key (trace_serial, trace_head)
);

-- Recovery looks at what is unfinished only, however much is finished.
create index decision_unfinished on decision (decide_by) where finished_at is null;

-- Cleaning goes by age; rows finish in about the order in which they lie.
create index decision_finished on decision using brin (finished_at) with (pages_per_range = 32);

-- This cell's branches of transactions that others began. States: 1 tried, 2 confirmed, 3 cancelled
-- (also where the cancel came first and refuses the late try), 4 refused.
create table branch (
    trace_head         bigint   not null,
    trace_serial       bigint   not null,
    transaction_digest bigint   not null,
    digest             bigint   not null,
    decide_by          bigint   not null,
    finished_at        bigint,
    attempt            integer  not null,
    business_date      integer  not null,
    branch             smallint not null,
    state              smallint not null,
    slot               smallint not null,
    initiator          smallint not null,
    outcome            smallint not null,
    service            text     not null,
    message            text,
    content            bytea    not null,
    primary key (trace_serial, trace_head, attempt, branch)
);

create index branch_tried on branch (decide_by) where state = 1;

create index branch_finished on branch using brin (finished_at) with (pages_per_range = 32);
