-- Documents of configuration: every version and who was given which, only ever inserted. Of two writers
-- that saw the same state, the keys let one win.
create table configuration_version (
    document text not null,
    version bigint not null,
    content text not null,
    operator text not null,
    reason text not null,
    at_millis bigint not null,
    copy_of bigint not null,
    primary key (document, version)
);

create table configuration_rollout (
    document text not null,
    revision bigint not null,
    -- The revision in force before; no other rollout may have replaced it.
    replaces bigint not null,
    version bigint not null,
    gray_version bigint not null,
    gray_target text not null,
    operator text not null,
    reason text not null,
    at_millis bigint not null,
    primary key (document, revision),
    unique (document, replaces)
);

create function configuration_is_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'the history of configuration is append-only';
end $$;

create trigger configuration_version_append_only
    before update or delete or truncate on configuration_version
    for each statement execute function configuration_is_append_only();

create trigger configuration_rollout_append_only
    before update or delete or truncate on configuration_rollout
    for each statement execute function configuration_is_append_only();
