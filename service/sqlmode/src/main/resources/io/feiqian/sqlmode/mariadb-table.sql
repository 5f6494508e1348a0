-- Generated for one enrolled table when it is enrolled. A line with a slash ends each statement.

-- Restores one image. @feiqian_why is null where the row is as it was before the branch; otherwise @feiqian_found is what
-- is there.
create or replace procedure {schema}.feiqian_restore_{id}(in p_branch varchar(64), in p_seq bigint unsigned)
restore_: begin
    declare fq_op char(1);
    declare fq_before, fq_after, fq_found longtext character set utf8mb4 collate utf8mb4_bin default null;
    declare fq_b row type of {table};
    declare fq_a row type of {table};
    declare continue handler for not found set fq_found = null;
    set @feiqian_why = null, @feiqian_found = null;
    if not ({column_names} <=> (select group_concat(c.column_name order by c.ordinal_position)
            from information_schema.columns c where c.table_schema = {schema_literal} and c.table_name = {name_literal})) then
        set @feiqian_why = 'the table has other columns than when it was enrolled';
        leave restore_;
    end if;
    select u.op, u.before_image, u.after_image into fq_op, fq_before, fq_after
        from {schema}.feiqian_undo u where u.branch = p_branch and u.seq = p_seq;
    if fq_before is not null then
        set {decode_b};
    end if;
    if fq_after is not null then
        set {decode_a};
    end if;
    if fq_op = 'D' then
        select {image_t} into fq_found from {table} t where {t_is_b} for update;
        if fq_found is not null then
            set @feiqian_found = fq_found, @feiqian_why = 'a row with the key of the deleted one is there';
            leave restore_;
        end if;
        insert into {table} ({columns}) values ({b_columns});
    else
        select {image_t} into fq_found from {table} t where {t_is_a} for update;
        if fq_found is null then
            set @feiqian_found = fq_found, @feiqian_why = 'the row is gone';
            leave restore_;
        end if;
        if fq_found <> fq_after then
            set @feiqian_found = fq_found, @feiqian_why = 'the row was changed after the branch';
            leave restore_;
        end if;
        if fq_op = 'I' then
            delete t from {table} t where {t_is_a};
            leave restore_;
        end if;
        update {table} t set {set_b} where {t_is_a};
    end if;
    select {image_t} into fq_found from {table} t where {t_is_b};
    if fq_found is null or fq_found <> fq_before then
        set @feiqian_found = fq_found, @feiqian_why = 'a trigger of the table changes what is restored';
    end if;
end
/
-- Locks a row that a branch reads FOR UPDATE, after the row itself is locked.
create or replace function {schema}.feiqian_hold_{id}({hold_parameters}) returns boolean
    not deterministic modifies sql data
begin
    declare fq_new boolean;
    if @@default_master_connection not like 'feiqian %' then
        call {schema}.feiqian_refuse('FQ003', {table_text}, 'held outside of a branch (expected: in one)');
    end if;
    call {schema}.feiqian_take({hold_lock}, substring_index(substr(@@default_master_connection, 9), ' ', 1), {table_text}, fq_new);
    return true;
end
