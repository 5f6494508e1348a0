create table purse (
    id      bigint not null primary key,
    balance bigint not null,
    pending bigint not null default 0
);
create table purse_entry (
    trace_head   bigint  not null,
    trace_serial bigint  not null,
    sub          integer not null,
    purse        bigint  not null,
    amount       bigint  not null,
    outcome      integer not null,
    primary key (trace_head, trace_serial, sub)
);
