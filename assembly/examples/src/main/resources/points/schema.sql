-- Points are given out of the stock, so that none appears from nowhere.
create table if not exists member (id bigint primary key, points bigint not null, announced bigint not null default 0);
insert into member (id, points) values (0, 1000000), (1, 0), (2, 0) on conflict do nothing;
