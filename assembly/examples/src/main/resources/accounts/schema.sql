create table if not exists account (id bigint primary key, cents bigint not null);
insert into account values (0, 0), (1, 100000), (2, 100000) on conflict do nothing;
