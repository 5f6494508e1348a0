create table if not exists till (id bigint primary key, cents bigint not null);
insert into till values (0, 0) on conflict do nothing;
