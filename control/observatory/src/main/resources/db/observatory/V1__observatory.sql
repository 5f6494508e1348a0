-- Blocks hold spans and log lines in the order in which they arrived. Each is a partition of its own
-- and is dropped whole, the oldest first, so that the store keeps to its bound without ever deleting.
create table block (
    number    integer primary key,
    opened_at bigint  not null
);

create table span (
    started_at   bigint   not null,
    duration     bigint   not null,
    span_id      bigint   not null,
    parent_id    bigint   not null,
    trace_id     uuid     not null,
    block        integer  not null,
    kind         smallint not null,
    slot         smallint not null,
    failed       boolean  not null,
    service      text     not null,
    instance     text     not null,
    cell         text     not null,
    target       text     not null,
    name         text     not null,
    outcome      text     not null,
    message      text     not null,
    trace_number text     not null,
    notes        text     not null
) partition by list (block);

create index on span (started_at);
create index on span (trace_id);
create index on span (trace_number) where trace_number <> '';
create index on span (started_at) where failed;

create table log_line (
    logged_at    bigint  not null,
    span_id      bigint  not null,
    block        integer not null,
    trace_id     uuid,
    level        text    not null,
    service      text    not null,
    instance     text    not null,
    cell         text    not null,
    logger       text    not null,
    message      text    not null,
    exception    text    not null,
    trace_number text    not null
) partition by list (block);

create index on log_line (logged_at);
create index on log_line (trace_id) where trace_id is not null;
create index on log_line (trace_number) where trace_number <> '';

-- Who called whom, minute by minute, counted as spans arrive: topology and times cost the same however
-- many spans there are. Kinds as in span; times in microseconds.
create table call_minute (
    block    integer  not null,
    minute   integer  not null,
    kind     smallint not null,
    service  text     not null,
    cell     text     not null,
    target   text     not null,
    name     text     not null,
    calls    bigint   not null,
    failures bigint   not null,
    total    bigint   not null,
    longest  bigint   not null,
    primary key (block, minute, kind, service, cell, target, name)
) partition by list (block);
