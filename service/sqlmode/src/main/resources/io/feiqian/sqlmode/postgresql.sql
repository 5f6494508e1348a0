-- What SQL mode keeps in the participant's own database (PostgreSQL 14 and up). {schema} is where it is installed.
-- The tables are small and churn: they hold only what unfinished branches need.

-- The enrolled tables. shape: what the guard was generated from; a table that changed since is enrolled again.
create table if not exists {schema}.feiqian_table (
    id integer generated always as identity primary key,
    name text not null unique,
    key_columns text[] not null,
    shape text not null
);

-- One row per locked key. lock: hash of (table, key number, values) by the types' own hash functions, so that equal
-- values lock alike; two keys with one hash only wait for each other needlessly. branch: trace/attempt/branch.
create table if not exists {schema}.feiqian_lock (
    lock bigint primary key,
    branch text collate "C" not null
) with (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_cost_delay = 0);
create index if not exists feiqian_lock_branch on {schema}.feiqian_lock (branch);

-- One row per row that a branch inserted (I), updated (U) or deleted (D). Images are the row as text, as the type of
-- its table writes and reads it.
create table if not exists {schema}.feiqian_undo (
    branch text collate "C" not null,
    seq bigint generated always as identity (cache 1),
    tab integer not null,
    op text not null,
    before text,
    after text,
    primary key (branch, seq)
) with (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_cost_delay = 0);

-- Every writer of an enrolled table must be able to see whether a row is locked, and that there are images.
grant select on {schema}.feiqian_lock to public;
grant select (tab) on {schema}.feiqian_undo to public;

-- Takes a lock for a branch: true where it is new, false where the branch has it already. Another's is a conflict, at
-- once: whoever waits here would hold rows that the other's undo needs.
create or replace function {schema}.feiqian_take(p_lock bigint, p_branch text, p_table text) returns boolean
language plpgsql as $take$
declare
    fq_holder text;
begin
    loop
        insert into {schema}.feiqian_lock (lock, branch) values (p_lock, p_branch) on conflict (lock) do nothing;
        if found then
            return true;
        end if;
        select l.branch into fq_holder from {schema}.feiqian_lock l where l.lock = p_lock;
        if fq_holder = p_branch then
            return false;
        end if;
        if fq_holder is not null then
            perform {schema}.feiqian_conflict(p_table, fq_holder);
        end if;
        -- The holder ended in between: try again.
    end loop;
end
$take$;

create or replace function {schema}.feiqian_conflict(p_table text, p_holder text) returns void
language plpgsql as $conflict$
begin
    raise exception 'row of %: locked by the unfinished global transaction % (expected: free)', p_table, p_holder
        using errcode = '40001', hint = 'Roll back and run the local transaction again; the lock goes when the global transaction ends.';
end
$conflict$;

-- The isolation under which a lock that became visible while this writer waited for the row is seen.
create or replace function {schema}.feiqian_isolation(p_table text) returns void
language plpgsql as $isolation$
begin
    raise exception 'transaction isolation: % (expected: read committed, to write the enrolled table %)',
        current_setting('transaction_isolation'), p_table using errcode = '25001';
end
$isolation$;

-- Stays on a table that was withdrawn: a service that has not heard of it would write there without images.
create or replace function {schema}.feiqian_withdrawn() returns trigger
language plpgsql as $withdrawn$
begin
    if coalesce(current_setting('feiqian.branch', true), '') <> '' then
        raise exception 'table %: withdrawn from SQL mode (expected: enrolled, or a service that has loaded its catalogue since)',
            tg_relid::regclass using errcode = 'FQ003';
    end if;
    return null;
end
$withdrawn$;

-- Phase two of many branches: images and locks go, the effects stay.
create or replace function {schema}.feiqian_confirm(p_branches text[]) returns bigint
language plpgsql set enable_seqscan = off as $confirm$
declare
    fq_images bigint;
begin
    delete from {schema}.feiqian_undo u where u.branch = any (p_branches);
    get diagnostics fq_images = row_count;
    delete from {schema}.feiqian_lock l where l.branch = any (p_branches);
    return fq_images;
end
$confirm$;

-- What brings a dirty row to where the branch's part in it is taken back, as a text for an operator.
create or replace function {schema}.feiqian_correction(
    p_branch text, p_seq bigint, p_table text, p_keys text[], p_op text, p_before jsonb, p_after jsonb, p_found jsonb)
returns text language plpgsql as $correction$
declare
    fq_sets text[] := '{}';
    fq_notes text[] := '{}';
    fq_where text;
    fq_column text;
    fq_fix text;
begin
    select string_agg(format('%I = %L', k, coalesce(p_found, p_after, p_before) ->> k), ' and ') into fq_where from unnest(p_keys) k;
    if p_op = 'I' then
        fq_fix := case when p_found is null then '-- The inserted row is gone already: nothing to correct.'
            else format('-- Others changed the inserted row. Where it must go all the same:%sdelete from %s where %s;', chr(10), p_table, fq_where) end;
    elsif p_op = 'D' then
        fq_fix := '-- The deleted row''s key or values are taken by another row: decide which of the two stays.';
    elsif p_found is null then
        fq_fix := format('insert into %s select * from jsonb_populate_record(null::%s, %L);', p_table, p_table, p_before);
    else
        for fq_column in select k from jsonb_object_keys(p_before) k where p_before -> k is distinct from p_after -> k order by k loop
            if p_found -> fq_column is not distinct from p_after -> fq_column then
                fq_sets := fq_sets || format('%I = %L', fq_column, p_before ->> fq_column);
            elsif jsonb_typeof(p_before -> fq_column) = 'number' and jsonb_typeof(p_after -> fq_column) = 'number' then
                fq_sets := fq_sets || format('%I = %I + (%s)', fq_column, fq_column,
                    (p_before ->> fq_column)::numeric - (p_after ->> fq_column)::numeric);
            else
                -- What customers wrote must not end the comment.
                fq_notes := fq_notes || regexp_replace(
                    format('-- %I: before %L, after %L, found %L: decide.',
                        fq_column, p_before ->> fq_column, p_after ->> fq_column, p_found ->> fq_column),
                    '[\n\r]+', chr(10) || '-- ', 'g');
            end if;
        end loop;
        fq_fix := concat_ws(chr(10), array_to_string(fq_notes, chr(10)),
            case when cardinality(fq_sets) > 0
                then format('update %s set %s where %s;', p_table, array_to_string(fq_sets, ', '), fq_where) end);
    end if;
    return concat_ws(chr(10), 'begin;', format('select set_config(%L, %L, true);', 'feiqian.branch', 'undo ' || p_branch), fq_fix,
        format('delete from {schema}.feiqian_undo where branch = %L and seq = %s;', p_branch, p_seq), 'commit;');
end
$correction$;

-- Undoes a branch: no row, and all is as it was before it; or one row of evidence, and nothing is changed. Repeating it
-- finds nothing to do.
create or replace function {schema}.feiqian_cancel(p_branch text, p_wait text)
returns table (tab text, op text, key text, before text, after text, present text, reason text, correction text)
language plpgsql set enable_seqscan = off as $cancel$
declare
    fq_row record;
    fq_result record;
    fq_why text;
    fq_before jsonb;
    fq_after jsonb;
    fq_found jsonb;
begin
    perform set_config('feiqian.branch', 'undo ' || p_branch, true);
    perform set_config('lock_timeout', p_wait, true);
    perform set_config('extra_float_digits', '1', true);
    perform 1 from {schema}.feiqian_lock l where l.branch = p_branch order by l.lock for update;
    begin
        for fq_row in
            select u.seq, u.tab, u.op, u.before, u.after, t.name, t.key_columns
            from {schema}.feiqian_undo u join {schema}.feiqian_table t on t.id = u.tab
            where u.branch = p_branch order by u.seq desc for update of u
        loop
            execute format('select * from {schema}.feiqian_restore_%s($1, $2, $3)', fq_row.tab)
                into fq_result using fq_row.op, fq_row.before, fq_row.after;
            if not fq_result.clean then
                raise exception 'dirty row' using errcode = 'FQ009';
            end if;
        end loop;
    exception
        when sqlstate 'FQ009' then
            fq_why := fq_result.why;
        when integrity_constraint_violation then
            fq_why := sqlerrm;
            fq_result := null;
            execute format('select true as clean, $1 as image, $1 as why') into fq_result using null::text;
    end;
    if fq_why is not null then
        execute format('select to_jsonb($1::%1$s), to_jsonb($2::%1$s), to_jsonb($3::%1$s)', fq_row.name)
            into fq_before, fq_after, fq_found using fq_row.before, fq_row.after, fq_result.image;
        tab := fq_row.name;
        op := fq_row.op;
        select string_agg(format('%s=%s', k, coalesce(fq_after, fq_before) ->> k), ', ') into key from unnest(fq_row.key_columns) k;
        before := fq_before::text;
        after := fq_after::text;
        present := fq_found::text;
        reason := fq_why;
        correction := {schema}.feiqian_correction(
            p_branch, fq_row.seq, fq_row.name, fq_row.key_columns, fq_row.op, fq_before, fq_after, fq_found);
        perform set_config('feiqian.branch', '', true);
        return next;
        return;
    end if;
    delete from {schema}.feiqian_undo u where u.branch = p_branch;
    delete from {schema}.feiqian_lock l where l.branch = p_branch;
    perform set_config('feiqian.branch', '', true);
end
$cancel$;

-- What the guard of a table is generated from: its columns, unique indexes and references.
create or replace function {schema}.feiqian_shape(p_table regclass) returns text
language sql stable as $shape$
    select md5(concat_ws('|',
        (select string_agg(format('%s %s %s %s %s', a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), a.attgenerated, a.attidentity), ',' order by a.attnum)
            from pg_attribute a where a.attrelid = p_table and a.attnum > 0 and not a.attisdropped),
        (select string_agg(pg_get_indexdef(i.indexrelid), ',' order by i.indexrelid::regclass::text)
            from pg_index i where i.indrelid = p_table and i.indisunique),
        (select string_agg(pg_get_constraintdef(c.oid), ',' order by c.conname)
            from pg_constraint c where c.contype = 'f' and (c.conrelid = p_table or c.confrelid = p_table)),
        (select string_agg(g.tgname, ',' order by g.tgname)
            from pg_trigger g where g.tgrelid = p_table and not g.tgisinternal and g.tgname not like 'feiqian\_%')))
$shape$;
