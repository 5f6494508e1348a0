-- When somebody is to be told.
create table alarm_rule (
    id             bigint           generated always as identity primary key,
    bound          double precision not null,
    window_millis  bigint           not null,
    lasting_millis bigint           not null,
    -- When notices about it left last: what comes within a minute after goes together.
    told_at        bigint           not null default 0,
    changed_at     bigint           not null,
    enabled        boolean          not null,
    severity       text             not null,
    kind           text             not null,
    test           text             not null,
    name           text             not null unique,
    subject        text             not null,
    filter         text             not null,
    node           text             not null,
    changed_by     text             not null,
    channels       bigint[]         not null
);

-- Where notices go. What is configured may hold secrets: it is encrypted with a key that is not in this
-- database.
create table alarm_channel (
    id         bigint  generated always as identity primary key,
    changed_at bigint  not null,
    enabled    boolean not null,
    name       text    not null unique,
    shown      text    not null,
    changed_by text    not null,
    sealed     bytea   not null
);

-- An alarm: one object that one rule looks at, once per time that it is not as it should be. Phases:
-- PENDING, RAISED, ENDING, ENDED. Pending ones that come to nothing are deleted.
create table alarm (
    id              bigint           generated always as identity primary key,
    rule            bigint           not null references alarm_rule,
    since           bigint           not null,
    raised_at       bigint,
    ended_at        bigint,
    -- When it was handed to the channels, or would have been had there been any.
    told_at         bigint,
    end_told_at     bigint,
    acknowledged_at bigint,
    value           double precision not null,
    phase           text             not null,
    severity        text             not null,
    object          text             not null,
    text            text             not null,
    acknowledged_by text             not null default '',
    acknowledgement text             not null default ''
);

create unique index alarm_open on alarm (rule, object) where phase <> 'ENDED';
create index alarm_raised on alarm (raised_at) where raised_at is not null;
create index alarm_untold on alarm (rule) where told_at is null and phase in ('RAISED', 'ENDING');
create index alarm_end_untold on alarm (rule) where end_told_at is null and phase = 'ENDED';

-- Until then nobody is told of alarms that match.
create table alarm_silence (
    id         bigint generated always as identity primary key,
    rule       bigint references alarm_rule,
    begun_at   bigint not null,
    until      bigint not null,
    object     text   not null,
    reason     text   not null,
    begun_by   text   not null
);

create index alarm_silence_until on alarm_silence (until);

-- What is to be sent, written in the transaction that found it: sent at least once.
create table alarm_notice (
    id       bigint   generated always as identity primary key,
    rule     bigint   not null references alarm_rule,
    channel  bigint   not null references alarm_channel,
    made_at  bigint   not null,
    due_at   bigint   not null,
    since    bigint   not null,
    done_at  bigint,
    attempts integer  not null default 0,
    ending   boolean  not null,
    given_up boolean  not null default false,
    severity text     not null,
    object   text     not null,
    text     text     not null,
    failure  text     not null default ''
);

create index alarm_notice_due on alarm_notice (due_at) where done_at is null;
create index alarm_notice_made on alarm_notice (made_at);

insert into alarm_rule (name, enabled, severity, kind, subject, filter, node, test, bound, window_millis,
    lasting_millis, channels, changed_at, changed_by)
values
    ('critical events', true, 'CRITICAL', 'EVENTS', '', 'CRITICAL', '', 'ABOVE', 0, 300000, 0, '{}', 0, 'feiqian'),
    ('warning events', true, 'WARNING', 'EVENTS', '', 'WARNING', '', 'ABOVE', 0, 300000, 0, '{}', 0, 'feiqian'),
    ('errors in logs', true, 'WARNING', 'LOGS', '', 'ERROR', '', 'ABOVE', 20, 300000, 60000, '{}', 0, 'feiqian'),
    ('calls that fail', true, 'WARNING', 'CALLS', 'FAILED_SHARE', '', '', 'ABOVE', 0.2, 120000, 60000, '{}', 0,
        'feiqian'),
    ('slow calls', true, 'NOTICE', 'CALLS', 'MEAN_MILLIS', '', '', 'ABOVE', 1000, 120000, 120000, '{}', 0, 'feiqian'),
    ('process silent', true, 'CRITICAL', 'METRIC', 'process.uptime', '', '', 'ABSENT', 0, 40000, 30000, '{}', 0, 'feiqian');
