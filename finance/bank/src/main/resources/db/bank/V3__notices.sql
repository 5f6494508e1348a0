-- What payers told the holders of this cell's accounts; written by consuming messages. One notice per
-- transfer, also where a rewind sends it again.
create table notice (
    account      bigint  not null,
    trace_head   bigint  not null,
    trace_serial bigint  not null,
    payer        bigint  not null,
    amount       bigint  not null,
    received_at  bigint  not null,
    currency     integer not null,
    text         text    not null,
    primary key (account, trace_serial, trace_head)
);

create index notice_by_account on notice (account, received_at);
