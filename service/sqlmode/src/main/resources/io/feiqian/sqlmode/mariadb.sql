-- What SQL mode keeps in the participant's own database (MariaDB 10.11 and up). {schema} is where it is installed.
-- A line with a slash ends each statement. The tables are small and churn: they hold only what unfinished branches need.

-- The enrolled tables. shape: what the guards were generated from, and the guards; empty while an enrolment is not whole.
create table if not exists {schema}.feiqian_table (
    id int unsigned not null auto_increment primary key,
    table_schema varchar(64) not null,
    table_name varchar(64) not null,
    key_columns text not null,
    shape varchar(40) not null,
    unique (table_schema, table_name)
) engine = InnoDB default character set utf8mb4 collate utf8mb4_bin
/
-- One row per locked key. lock_key: hash of (table, key number, values by their collation), so that equal values lock
-- alike; two keys with one hash only wait for each other needlessly. branch: trace/attempt/branch.
create table if not exists {schema}.feiqian_lock (
    lock_key binary(20) not null primary key,
    branch varchar(64) not null,
    key feiqian_lock_branch (branch)
) engine = InnoDB default character set ascii collate ascii_bin
/
-- One row per row that a branch inserted (I), updated (U) or deleted (D). Images are JSON objects by column. seq rises
-- within a branch; an auto_increment would lock this table until the end of a statement that waits for a row.
create table if not exists {schema}.feiqian_undo (
    branch varchar(64) character set ascii collate ascii_bin not null,
    seq bigint unsigned not null,
    tab int unsigned not null,
    op char(1) character set ascii collate ascii_bin not null,
    before_image longtext,
    after_image longtext,
    primary key (branch, seq),
    key feiqian_undo_tab (tab)
) engine = InnoDB default character set utf8mb4 collate utf8mb4_bin
/
create or replace procedure {schema}.feiqian_conflict(in p_table text character set utf8mb4 collate utf8mb4_bin, in p_holder varchar(64))
begin
    declare v_text varchar(512) character set utf8mb4 default concat('row of ', p_table, ': locked by the unfinished global transaction ', p_holder,
        ' (expected: free). Roll back and run the local transaction again; the lock goes when the global transaction ends.');
    signal sqlstate '40001' set message_text = v_text;
end
/
-- Takes a lock for a branch: p_new where it is new. Another's is a conflict, at once: whoever waits here would hold rows
-- that the other's undo needs. A locking read, since it sees what was committed while this writer waited for the row.
create or replace procedure {schema}.feiqian_take(
    in p_lock binary(20), in p_branch varchar(64), in p_table text character set utf8mb4 collate utf8mb4_bin, out p_new boolean)
begin
    declare v_holder varchar(64) default null;
    declare continue handler for not found begin end;
    declare exit handler for 1062
        call {schema}.feiqian_conflict(p_table, 'that came at the same moment');
    set p_new = false;
    set statement innodb_lock_wait_timeout = 0 for
        select l.branch into v_holder from {schema}.feiqian_lock l where l.lock_key = p_lock for update;
    if v_holder is null then
        set statement innodb_lock_wait_timeout = 0 for
            insert into {schema}.feiqian_lock (lock_key, branch) values (p_lock, p_branch);
        set p_new = true;
    elseif v_holder <> p_branch then
        call {schema}.feiqian_conflict(p_table, v_holder);
    end if;
end
/
-- Refuses a writer outside of branches where somebody holds the lock.
create or replace procedure {schema}.feiqian_free(in p_lock binary(20), in p_table text character set utf8mb4 collate utf8mb4_bin)
begin
    declare v_holder varchar(64) default null;
    declare continue handler for not found begin end;
    set statement innodb_lock_wait_timeout = 0 for
        select l.branch into v_holder from {schema}.feiqian_lock l where l.lock_key = p_lock lock in share mode;
    if v_holder is not null then
        call {schema}.feiqian_conflict(p_table, v_holder);
    end if;
end
/
-- Under another isolation a lock look-up locks gaps, and a branch reads rows as they were before it held them.
create or replace procedure {schema}.feiqian_isolation(in p_table text character set utf8mb4 collate utf8mb4_bin)
begin
    declare v_text varchar(512) character set utf8mb4 default concat('transaction isolation: ', lower(replace(@@tx_isolation, '-', ' ')),
        ' (expected: read committed, to write the enrolled table ', p_table, ')');
    signal sqlstate '25001' set message_text = v_text;
end
/
create or replace procedure {schema}.feiqian_refuse(in p_state char(5), in p_table text character set utf8mb4 collate utf8mb4_bin, in p_why text character set utf8mb4 collate utf8mb4_bin)
begin
    declare v_text varchar(512) character set utf8mb4 default concat('row of ', p_table, ': ', p_why);
    if p_state = 'FQ002' then
        signal sqlstate 'FQ002' set message_text = v_text;
    end if;
    signal sqlstate 'FQ003' set message_text = v_text;
end
/
create or replace procedure {schema}.feiqian_capture(
    in p_branch varchar(64), in p_tab int unsigned, in p_op char(1), in p_table text character set utf8mb4 collate utf8mb4_bin, 
    in p_before longtext character set utf8mb4 collate utf8mb4_bin,
    in p_after longtext character set utf8mb4 collate utf8mb4_bin)
begin
    if (p_op <> 'I' and p_before is null) or (p_op <> 'D' and p_after is null) then
        call {schema}.feiqian_refuse('FQ003', p_table, 'too large for an image (expected: within max_allowed_packet)');
    end if;
    insert into {schema}.feiqian_undo (branch, seq, tab, op, before_image, after_image)
        values (p_branch, uuid_short(), p_tab, p_op, p_before, p_after);
end
/
-- Undoes a branch: no row, and all is as it was before it; or one row of evidence, and nothing is changed. Repeating it
-- finds nothing to do. Texts are not handed over in dynamic calls, which might change their character set.
create or replace procedure {schema}.feiqian_cancel(in p_branch varchar(64))
begin
    declare v_done boolean default false;
    declare v_seq bigint unsigned;
    declare v_tab int unsigned;
    declare v_op char(1);
    declare v_before, v_after longtext character set utf8mb4 collate utf8mb4_bin;
    declare v_images cursor for
        select u.seq, u.tab, u.op, u.before_image, u.after_image
        from {schema}.feiqian_undo u where u.branch = p_branch order by u.seq desc for update;
    declare continue handler for not found set v_done = true;
    set @feiqian_why = null, @feiqian_found = null;
    savepoint feiqian_undo;
    open v_images;
    rows_: loop
        fetch v_images into v_seq, v_tab, v_op, v_before, v_after;
        if v_done then
            leave rows_;
        end if;
        begin
            declare exit handler for sqlstate '23000'
            begin
                get diagnostics condition 1 @feiqian_why = message_text;
                set @feiqian_found = null;
            end;
            execute immediate concat('call {schema}.feiqian_restore_', v_tab, '(?, ?)') using p_branch, v_seq;
        end;
        set v_done = false;
        if @feiqian_why is not null then
            leave rows_;
        end if;
    end loop;
    close v_images;
    if @feiqian_why is null then
        delete from {schema}.feiqian_undo where branch = p_branch;
        delete from {schema}.feiqian_lock where branch = p_branch;
    else
        rollback to savepoint feiqian_undo;
        select t.table_schema, t.table_name, t.key_columns, v_seq as seq, v_op as op,
            v_before as before_image, v_after as after_image, @feiqian_found as found_image, @feiqian_why as why
        from {schema}.feiqian_table t where t.id = v_tab;
        set @feiqian_found = null;
    end if;
end
/
-- What the guards of a table are generated from, and they themselves. Everybody may compare it, whatever he may see.
create or replace function {schema}.feiqian_shape(p_schema varchar(64), p_table varchar(64)) returns char(40)
    character set ascii not deterministic reads sql data
begin
    return (select sha1(concat_ws('|',
        (select group_concat(concat_ws(' ', c.ordinal_position, c.column_name, c.column_type, ifnull(c.collation_name, ''),
                c.is_nullable, c.extra, ifnull(c.generation_expression, '')) order by c.ordinal_position)
            from information_schema.columns c where c.table_schema = p_schema and c.table_name = p_table),
        (select group_concat(concat_ws(' ', s.index_name, s.seq_in_index, s.column_name, ifnull(s.sub_part, ''))
                order by s.index_name, s.seq_in_index)
            from information_schema.statistics s
            where s.table_schema = p_schema and s.table_name = p_table and s.non_unique = 0),
        (select group_concat(concat_ws(' ', r.constraint_schema, r.table_name, r.constraint_name, r.update_rule, r.delete_rule)
                order by r.constraint_schema, r.table_name, r.constraint_name)
            from information_schema.referential_constraints r
            where (r.constraint_schema = p_schema and r.table_name = p_table)
                or (r.unique_constraint_schema = p_schema and r.referenced_table_name = p_table)),
        (select group_concat(concat_ws(' ', g.trigger_name, g.action_timing, g.event_manipulation, sha1(g.action_statement))
                order by g.trigger_name)
            from information_schema.triggers g
            where g.event_object_schema = p_schema and g.event_object_table = p_table))));
end
