-- The rows of a service's global transactions on MariaDB or MySQL, in the service's own database and
-- beside its own tables: each is written in the local commit of what it records. Names are compared
-- byte by byte, whatever the database's own collation.

-- This service's branches of transactions that it or others began.
-- Kinds: 1 TCC, 2 SQL, 3 XA, 4 reversal, 5 message, 6 message taken back. States: 1 tried, 2 confirmed,
-- 3 cancelled (also where the cancel came first and refuses the late try), 4 refused.
create table if not exists feiqian_branch (
    trace_head    bigint   not null,
    trace_serial  bigint   not null,
    digest        bigint   not null,
    decide_by     bigint   not null,
    -- Milliseconds of this database's clock, none while it is tried.
    finished_at   bigint,
    attempt       integer  not null,
    business_date integer  not null,
    branch        smallint not null,
    kind          smallint not null,
    state         smallint not null,
    outcome       integer  not null,
    initiator     varchar(64) not null,
    action        text     not null,
    message       text     not null,
    content       mediumblob not null,
    answer        mediumblob not null,
    primary key (trace_serial, trace_head, attempt, branch),
    -- Looking for what was left behind costs the same however much is finished.
    key feiqian_branch_tried (state, decide_by),
    key feiqian_branch_finished (state, finished_at)
) engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin;

-- The decisions of transactions that this service began, where no row means that nothing was decided.
-- States: 1 committed, 2 aborted, 3 refused.
create table if not exists feiqian_decision (
    trace_head    bigint   not null,
    trace_serial  bigint   not null,
    digest        bigint   not null,
    decided_at    bigint   not null,
    -- A bit for every branch whose end is recorded.
    acknowledged  bigint   not null,
    finished_at   bigint,
    attempt       integer  not null,
    business_date integer  not null,
    state         smallint not null,
    outcome       integer  not null,
    message       text     not null,
    branches      mediumblob not null,
    answer        mediumblob not null,
    primary key (trace_serial, trace_head),
    key feiqian_decision_unfinished (finished_at, decided_at),
    key feiqian_decision_finished (state, finished_at)
) engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin;

-- The recorded answers of calls that are answered once (idempotence for everybody).
create table if not exists feiqian_answer (
    trace_head   bigint   not null,
    trace_serial bigint   not null,
    digest       bigint   not null,
    answered_at  bigint   not null,
    sub          integer  not null,
    outcome      integer  not null,
    message      text     not null,
    answer       mediumblob not null,
    primary key (trace_serial, trace_head, sub),
    key feiqian_answer_age (answered_at)
) engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin;

-- Transactions that an operator has suspended, neither driven nor finished here until resumed.
create table if not exists feiqian_suspension (
    trace_head   bigint not null,
    trace_serial bigint not null,
    since        bigint not null,
    operator     text   not null,
    reason       text   not null,
    primary key (trace_serial, trace_head)
) engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin;

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
    decider_reason text     not null,
    key feiqian_proposal_trace (trace_serial, trace_head),
    key feiqian_proposal_state (state)
) engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin;

-- What operators did, written in the commit of what they did. Never deleted.
create table if not exists feiqian_change (
    id           bigint   not null primary key,
    trace_head   bigint   not null,
    trace_serial bigint   not null,
    changed_at   bigint   not null,
    what         text     not null,
    operator     text     not null,
    reason       text     not null,
    key feiqian_change_trace (trace_serial, trace_head)
) engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin;
