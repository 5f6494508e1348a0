-- Customers. Personal columns are encrypted envelopes; the keyed hashes beside them serve search. The
-- trace number of the opening is the idempotence key.
create table customer (
    id bigint primary key,
    trace_head bigint not null,
    trace_serial bigint not null,
    digest bigint not null,
    name bytea not null,
    document bytea not null,
    document_key bytea not null,
    phone bytea not null,
    phone_key bytea not null,
    opened_on integer not null,
    opened_at bigint not null,
    unique (trace_head, trace_serial)
);

create index customer_by_document on customer (document_key) where document_key <> ''::bytea;
create index customer_by_phone on customer (phone_key) where phone_key <> ''::bytea;

-- Serial numbers of customers and accounts, drawn in blocks. With the cell's number in front they are
-- unique over all cells, also after slots have moved.
create sequence customer_serial as bigint increment by 64 cache 1;
create sequence account_serial as bigint increment by 64 cache 1;

-- Changes by hand: a chain in which every record's hash covers the one before it.
create table change_record (
    sequence bigint primary key,
    at_millis bigint not null,
    operator text not null,
    reason text not null,
    action text not null,
    subject text not null,
    details text not null,
    previous_hash text not null,
    hash text not null
);

create function change_record_is_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'change_record is append-only';
end $$;

create trigger change_record_append_only
    before update or delete or truncate on change_record
    for each statement execute function change_record_is_append_only();

-- One row to lock, so that the chain has one end.
create table change_head (
    only_one boolean primary key default true check (only_one),
    sequence bigint not null,
    hash text not null
);

insert into change_head (sequence, hash) values (0, repeat('0', 64));
