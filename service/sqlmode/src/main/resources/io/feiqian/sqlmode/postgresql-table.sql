-- Generated for one enrolled table when it is enrolled.

-- Restores one image. clean is false where the row is not as the branch left it; then image is what is there.
create or replace function {schema}.feiqian_restore_{id}(p_op text, p_before text, p_after text, out clean boolean, out image text, out why text)
language plpgsql as $restore$
declare
    fq_b {table} := p_before::{table};
    fq_a {table} := p_after::{table};
    fq_f {table};
begin
    clean := true;
    if p_op = 'D' then
        select t.* into fq_f from {table} t where {t_is_b} for update;
        if found then
            clean := false;
            image := fq_f::text;
            why := 'a row with the key of the deleted one is there';
            return;
        end if;
        insert into {table} ({columns}) overriding system value values ({b_columns}) returning * into fq_f;
    else
        select t.* into fq_f from {table} t where {t_is_a} for update;
        if not found then
            clean := false;
            why := 'the row is gone';
            return;
        end if;
        if {f_row}::text is distinct from {a_row}::text then
            clean := false;
            image := fq_f::text;
            why := 'the row was changed after the branch';
            return;
        end if;
        if p_op = 'I' then
            delete from {table} t where {t_is_a};
            return;
        end if;
        update {table} t set {set_b} where {t_is_a} returning t.* into fq_f;
    end if;
    if {f_row}::text is distinct from {b_row}::text then
        clean := false;
        image := fq_f::text;
        why := 'a trigger of the table changes what is restored';
    end if;
end
$restore$;

-- Locks a row that a branch reads FOR UPDATE, after the row itself is locked.
create or replace function {schema}.feiqian_hold_{id}(p_lock bigint) returns boolean
language plpgsql volatile cost 10000 set enable_seqscan = off as $hold$
begin
    perform {schema}.feiqian_take(p_lock, current_setting('feiqian.branch'), {table_text});
    return true;
end
$hold$;

-- Captures what a branch writes and refuses whoever else writes a locked row. It runs after the row is written, so that
-- it sees the locks of whomever the writer waited for. One lock is looked up at a time: a list of them would be planned
-- anew for every row. Without scans: the table of locks is empty one minute and large the next, and a plan that was made
-- for the empty one is kept.
create or replace function {schema}.feiqian_guard_{id}() returns trigger
language plpgsql set enable_seqscan = off as $guard$
declare
    fq_branch text := current_setting('feiqian.branch', true);
    fq_holder text;
    fq_taken boolean;
{declarations}
begin
    if fq_branch like 'undo %' then
        return null;
    end if;
    if current_setting('transaction_isolation') <> 'read committed' then
        perform {schema}.feiqian_isolation({table_text});
    end if;
    if tg_op <> 'INSERT' then
{old_locks}
    end if;
    if tg_op <> 'DELETE' then
{new_locks}
    end if;
    if fq_branch is null or fq_branch = '' then
{look_ups}
        return null;
    end if;
    if tg_op = 'INSERT' then
{insert_takes}
        insert into {schema}.feiqian_undo (branch, tab, op, after) values (fq_branch, {id}, 'I', {new_image});
        return null;
    end if;
    insert into {schema}.feiqian_lock (lock, branch) values (fq_old_1, fq_branch) on conflict (lock) do nothing;
    if found then
        if current_query() not like '%/*feiqian: unread*/%' then
            raise exception 'row of %: changed without being read (expected: SELECT ... FOR UPDATE in the same branch, or a delta such as x = x + ?)', {table_text}
                using errcode = 'FQ002';
        end if;
    else
        fq_taken := {schema}.feiqian_take(fq_old_1, fq_branch, {table_text});
    end if;
    if tg_op = 'DELETE' then
        {delete_check}
{delete_takes}
        insert into {schema}.feiqian_undo (branch, tab, op, before) values (fq_branch, {id}, 'D', {old_image});
        return null;
    end if;
    {reference_check}
{update_takes}
    insert into {schema}.feiqian_undo (branch, tab, op, before, after) values (fq_branch, {id}, 'U', {old_image}, {new_image});
    return null;
end
$guard$;

create or replace function {schema}.feiqian_keep_{id}() returns trigger
language plpgsql as $keep$
begin
    if exists (select 1 from {schema}.feiqian_undo u where u.tab = {id}) then
        raise exception 'truncate %: unfinished global transactions have images of its rows (expected: none)', {table_text} using errcode = '40001';
    end if;
    return null;
end
$keep$;

drop trigger if exists feiqian_withdrawn on {table};
drop trigger if exists feiqian_guard on {table};
create trigger feiqian_guard after insert or update or delete on {table}
    for each row execute function {schema}.feiqian_guard_{id}();
drop trigger if exists feiqian_keep on {table};
create trigger feiqian_keep before truncate on {table}
    for each statement execute function {schema}.feiqian_keep_{id}();
