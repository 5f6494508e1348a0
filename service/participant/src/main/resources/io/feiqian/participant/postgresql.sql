-- The rows of a service's global transactions, in the service's own database and beside its own
-- tables: each is written in the local commit of what it records.
--
-- Where they are there nothing is touched: "create index if not exists" takes its lock before it looks,
-- and would wait for prepared transactions that only this service can end.
do $feiqian$ begin
if to_regclass(format('%I.feiqian_change_trace', current_schema())) is not null then
    return;
end if;

-- This service's branches of transactions that it or others began.
-- Kinds: 1 TCC, 2 SQL, 3 XA, 4 reversal, 5 message, 6 reversed message. States: 1 tried, 2 confirmed, 3 cancelled (also
-- where the cancel came first and refuses the late try), 4 refused.
create table if not exists feiqian_branch (
    trace_head    bigint   not null,
    trace_serial  bigint   not null,
    digest        bigint   not null,
    decide_by     bigint   not null,
    -- Milliseconds of this database's clock; none while it is tried.
    finished_at   bigint,
    attempt       integer  not null,
    business_date integer  not null,
    branch        smallint not null,
    kind          smallint not null,
    state         smallint not null,
    outcome       integer  not null,
    initiator     text     not null,
    action        text     not null,
    message       text     not null,
    content       bytea    not null,
    answer        bytea    not null,
    primary key (trace_serial, trace_head, attempt, branch)
) with (fillfactor = 80);

-- Looking for what was left behind costs the same however much is finished.
create index if not exists feiqian_branch_tried on feiqian_branch (decide_by) where state = 1;
create index if not exists feiqian_branch_finished on feiqian_branch
    using brin (finished_at) with (pages_per_range = 32);
-- What came to nothing is seldom, and goes sooner.
create index if not exists feiqian_branch_void on feiqian_branch (finished_at) where state > 2;

-- The decisions of transactions that this service began; no row means that nothing was decided.
-- States: 1 committed, 2 aborted, 3 refused.
create table if not exists feiqian_decision (
    trace_head    bigint   not null,
    trace_serial  bigint   not null,
    digest        bigint   not null,
    decided_at    bigint   not null,
    -- A bit for every branch whose end is recorded; the inquiry of such a branch is a leftover's.
    acknowledged  bigint   not null,
    finished_at   bigint,
    attempt       integer  not null,
    business_date integer  not null,
    state         smallint not null,
    outcome       integer  not null,
    message       text     not null,
    branches      bytea    not null,
    answer        bytea    not null,
    primary key (trace_serial, trace_head)
) with (fillfactor = 80);

create index if not exists feiqian_decision_unfinished on feiqian_decision (decided_at)
    where finished_at is null;
create index if not exists feiqian_decision_finished on feiqian_decision
    using brin (finished_at) with (pages_per_range = 32);
create index if not exists feiqian_decision_void on feiqian_decision (finished_at) where state = 2;

-- The recorded answers of calls that are answered once (idempotence for everybody).
create table if not exists feiqian_answer (
    trace_head   bigint   not null,
    trace_serial bigint   not null,
    digest       bigint   not null,
    answered_at  bigint   not null,
    sub          integer  not null,
    outcome      integer  not null,
    message      text     not null,
    answer       bytea    not null,
    primary key (trace_serial, trace_head, sub)
);

create index if not exists feiqian_answer_age on feiqian_answer
    using brin (answered_at) with (pages_per_range = 32);

-- Transactions that an operator has suspended: neither driven nor finished here until resumed.
create table if not exists feiqian_suspension (
    trace_head   bigint not null,
    trace_serial bigint not null,
    since        bigint not null,
    operator     text   not null,
    reason       text   not null,
    primary key (trace_serial, trace_head)
);

-- How operators want branches to end that the protocol cannot end: a proposal of one and the word
-- of another. Never deleted. Ways: 1 at the branch, 2 at the decision. Verdicts and found: states
-- of branches, 0 where there was none. States: 1 open, 2 approved, 3 rejected.
create table if not exists feiqian_proposal (
    id             bigint   not null primary key,
    trace_head     bigint   not null,
    trace_serial   bigint   not null,
    branch_digest  bigint   not null,
    digest         bigint   not null,
    proposed_at    bigint   not null,
    expires_at     bigint   not null,
    decided_at     bigint   not null,
    attempt        integer  not null,
    business_date  integer  not null,
    branch         smallint not null,
    way            smallint not null,
    verdict        smallint not null,
    found          smallint not null,
    state          smallint not null,
    initiator      text     not null,
    evidence       text     not null,
    operator       text     not null,
    reason         text     not null,
    decider        text     not null,
    decider_reason text     not null
);

create index if not exists feiqian_proposal_trace on feiqian_proposal (trace_serial, trace_head);
create index if not exists feiqian_proposal_state on feiqian_proposal (state);

-- What operators did, written in the commit of what they did. Never deleted.
create table if not exists feiqian_change (
    id           bigint   not null primary key,
    trace_head   bigint   not null,
    trace_serial bigint   not null,
    changed_at   bigint   not null,
    what         text     not null,
    operator     text     not null,
    reason       text     not null
);

create index if not exists feiqian_change_trace on feiqian_change (trace_serial, trace_head);

end $feiqian$;
