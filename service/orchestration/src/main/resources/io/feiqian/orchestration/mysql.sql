-- The rows of orchestrations, in the database of the service that embeds them. Times are milliseconds
-- since 1970 by the database's clock. The home slot is in both keys, so that rows can move with it.

create table if not exists feiqian_orchestration (
    trace_head bigint not null,
    trace_serial bigint not null,
    slot smallint not null,
    definition varchar(100) character set ascii not null,
    version integer not null,
    input mediumtext character set utf8mb4 not null,
    phase smallint not null,
    suspended smallint not null,
    failure_code varchar(60) character set ascii,
    failure_message varchar(400) character set utf8mb4,
    failure_step varchar(100) character set ascii,
    position varchar(400) character set utf8mb4 not null,
    revision bigint not null,
    owner varchar(64) character set ascii not null,
    created_at bigint not null,
    changed_at bigint not null,
    finished_at bigint,
    primary key (trace_head, trace_serial),
    index feiqian_orchestration_open (finished_at, owner, trace_head, trace_serial)
);

create table if not exists feiqian_orchestration_step (
    trace_head bigint not null,
    trace_serial bigint not null,
    step varchar(200) character set ascii collate ascii_bin not null,
    slot smallint not null,
    round integer not null,
    ended integer not null,
    standing smallint not null,
    attempts integer not null,
    reversed smallint not null,
    reverse_attempts integer not null,
    output mediumtext character set utf8mb4,
    code varchar(60) character set ascii not null,
    message varchar(400) character set utf8mb4 not null,
    changed_at bigint not null,
    primary key (trace_head, trace_serial, step)
);

create table if not exists feiqian_orchestration_instance (
    instance varchar(64) character set ascii not null primary key,
    alive_until bigint not null
);

create table if not exists feiqian_orchestration_definition (
    name varchar(100) character set ascii not null,
    version integer not null,
    digest char(64) character set ascii not null,
    content mediumtext character set utf8mb4 not null,
    created_at bigint not null,
    primary key (name, version)
);
