-- The keys within which messages are numbered without gaps and kept in order. A row stays for ever:
-- numbers begun anew would be duplicates to the consumer's mark. The state belongs to the message next to
-- be delivered: 1 flowing, 2 dead, 3 to be skipped.
create table outbox_key (
    due_at        bigint,
    last_position bigint   not null,
    done_position bigint   not null,
    last_replay   integer  not null,
    replay        integer  not null,
    attempts      integer  not null,
    outcome       smallint not null,
    producer_slot smallint not null,
    consumer_slot smallint not null,
    state         smallint not null,
    topic         text collate "C" not null,
    name          text collate "C" not null,
    said          text,
    primary key (name, topic, producer_slot, consumer_slot, replay)
) with (fillfactor = 70);

-- What has something to deliver, by when it is to be looked at. Only this column is in the index, so that
-- the numbers of a busy key change without touching it.
create index outbox_key_due on outbox_key (due_at) where due_at is not null;

-- What a dead message holds up.
create index outbox_key_stopped on outbox_key (state) where state <> 1;

-- The messages. States: 1 ready, 2 done, 3 skipped.
create table outbox (
    position      bigint   not null,
    trace_head    bigint   not null,
    trace_serial  bigint   not null,
    digest        bigint   not null,
    due_at        bigint   not null,
    created_at    bigint   not null,
    -- Milliseconds of this database's clock when the consumer's acknowledgement was recorded.
    finished_at   bigint,
    -- Where a message was when it was first sent; 0 unless it is sent again by a rewind.
    original      bigint   not null,
    replay        integer  not null,
    producer_slot smallint not null,
    consumer_slot smallint not null,
    sub           smallint not null,
    state         smallint not null,
    topic         text collate "C" not null,
    name          text collate "C" not null,
    payload       bytea    not null,
    primary key (name, topic, producer_slot, consumer_slot, replay, position)
);

-- One message per step of a transaction, however often it is handed over.
create unique index outbox_identity on outbox (trace_serial, trace_head, sub) where replay = 0;

-- Queries by time, and cleaning by age; rows finish in about the order in which they lie.
create index outbox_created on outbox using brin (created_at) with (pages_per_range = 32);
create index outbox_finished on outbox using brin (finished_at) with (pages_per_range = 32);

-- How far each key was consumed here: permanent, whatever becomes of the producer's rows.
create table inbox_mark (
    mark          bigint   not null,
    taken_at      bigint   not null,
    skipped       bigint   not null,
    replay        integer  not null,
    producer_slot smallint not null,
    consumer_slot smallint not null,
    topic         text collate "C" not null,
    name          text collate "C" not null,
    primary key (name, topic, producer_slot, consumer_slot, replay)
) with (fillfactor = 70);
