-- What was consumed, with nothing that would hide a repetition.
create table note (
    serial   bigint generated always as identity,
    name     text   not null,
    replay   integer not null,
    position bigint not null,
    text     text   not null
);
