-- The rows of orchestrations, in the database of the service that embeds them. Times are milliseconds
-- since 1970 by the database's clock. The home slot is in both keys, so that rows can move with it.

create table if not exists feiqian_orchestration (
    trace_head bigint not null,
    trace_serial bigint not null,
    slot smallint not null,
    definition varchar(100) not null,
    version integer not null,
    input text not null,
    phase smallint not null,
    suspended smallint not null,
    failure_code varchar(60),
    failure_message varchar(400),
    failure_step varchar(100),
    position varchar(400) not null,
    revision bigint not null,
    owner varchar(64) not null,
    created_at bigint not null,
    changed_at bigint not null,
    finished_at bigint,
    primary key (trace_head, trace_serial)
) with (fillfactor = 80);

-- What is open is found at a cost that does not grow with what is finished.
create index if not exists feiqian_orchestration_open
    on feiqian_orchestration (owner, trace_head, trace_serial) where finished_at is null;

create table if not exists feiqian_orchestration_step (
    trace_head bigint not null,
    trace_serial bigint not null,
    step varchar(200) not null,
    slot smallint not null,
    round integer not null,
    ended integer not null,
    standing smallint not null,
    attempts integer not null,
    reversed smallint not null,
    reverse_attempts integer not null,
    output text,
    code varchar(60) not null,
    message varchar(400) not null,
    changed_at bigint not null,
    primary key (trace_head, trace_serial, step)
) with (fillfactor = 80);

create table if not exists feiqian_orchestration_instance (
    instance varchar(64) primary key,
    alive_until bigint not null
);

create table if not exists feiqian_orchestration_definition (
    name varchar(100) not null,
    version integer not null,
    digest char(64) not null,
    content text not null,
    created_at bigint not null,
    primary key (name, version)
);
