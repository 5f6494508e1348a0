-- Values of processes' meters, each as it was at one moment. A counter, or a count or sum of a
-- distribution, grows from 0 at the moment in began; began is 0 for what may go up and down.
create table metric (
    at       bigint           not null,
    began    bigint           not null,
    value    double precision not null,
    block    integer          not null,
    service  text             not null,
    instance text             not null,
    cell     text             not null,
    name     text             not null,
    labels   text             not null
) partition by list (block);

create index on metric (name, at);

-- What was begun without it goes on with it.
do $$
declare
    existing integer;
begin
    for existing in select number from block loop
        execute format('create table metric_%s partition of metric for values in (%s)', existing, existing);
    end loop;
end
$$;
