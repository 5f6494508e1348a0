create table purse (
    id bigint primary key,
    balance bigint not null
);

create table purse_entry (
    id bigint primary key,
    purse bigint not null,
    amount bigint not null,
    balance_after bigint not null,
    sequence bigint not null,
    day integer not null,
    note text
);
