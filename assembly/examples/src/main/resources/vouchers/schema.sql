create table if not exists voucher (holder varchar(40) primary key, cents bigint not null, announced bigint not null default 0);
insert into voucher values ('anna', 0, 0), ('ben', 0, 0) on conflict do nothing;
