-- What operators have said and were told about transactions of this cell.

-- Transactions that nobody drives until an operator resumes them. Few rows, read by every scan.
create table suspension (
    trace_head   bigint not null,
    trace_serial bigint not null,
    since        bigint not null,
    operator     text   not null,
    reason       text   not null,
    primary key (trace_serial, trace_head)
);

-- The alarms about a transaction, one row per kind: what keeps several instances from a flood.
create table transaction_alarm (
    trace_head   bigint  not null,
    trace_serial bigint  not null,
    first_at     bigint  not null,
    last_at      bigint  not null,
    times        integer not null,
    kind         text    not null,
    message      text    not null,
    primary key (trace_serial, trace_head, kind)
);

create index transaction_alarm_last on transaction_alarm (last_at);

-- What one operator proposed for a branch and a second one approved or rejected. States: 1 open,
-- 2 approved, 3 rejected. Ways: 1 acknowledge at the decision, 2 correct at the branch. Never deleted.
create table resolution (
    id                 bigint   primary key,
    trace_head         bigint   not null,
    trace_serial       bigint   not null,
    transaction_digest bigint   not null,
    branch_digest      bigint   not null,
    digest             bigint   not null,
    proposed_at        bigint   not null,
    expires_at         bigint   not null,
    decided_at         bigint   not null,
    attempt            integer  not null,
    business_date      integer  not null,
    branch             smallint not null,
    way                smallint not null,
    verdict            smallint not null,
    state              smallint not null,
    slot               smallint not null,
    initiator          smallint not null,
    service            text     not null,
    content            bytea    not null,
    evidence           text     not null,
    proposer           text     not null,
    proposal_reason    text     not null,
    decider            text     not null,
    decision_reason    text     not null
);

create index resolution_of on resolution (trace_serial, trace_head);

create index resolution_open on resolution (proposed_at) where state = 1;

create sequence resolution_number as bigint;
