-- Generated for one enrolled table when it is enrolled. A line with a slash ends each statement.

-- Restores one image. p_why is null where the row is as it was before the branch; otherwise p_found is what is there.
create or replace procedure {schema}.feiqian_restore_{id}(
    in p_op char(1), in p_before longtext character set utf8mb4 collate utf8mb4_bin,
    in p_after longtext character set utf8mb4 collate utf8mb4_bin,
    out p_why text, out p_found longtext character set utf8mb4 collate utf8mb4_bin)
restore_: begin
    declare fq_b row type of {table};
    declare fq_a row type of {table};
    declare continue handler for not found set p_found = null;
    set p_why = null, p_found = null;
    if p_before is not null then
        set {decode_b};
    end if;
    if p_after is not null then
        set {decode_a};
    end if;
    if p_op = 'D' then
        select {image_t} into p_found from {table} t where {t_is_b} for update;
        if p_found is not null then
            set p_why = 'a row with the key of the deleted one is there';
            leave restore_;
        end if;
        insert into {table} ({columns}) values ({b_columns});
    else
        select {image_t} into p_found from {table} t where {t_is_a} for update;
        if p_found is null then
            set p_why = 'the row is gone';
            leave restore_;
        end if;
        if p_found <> p_after then
            set p_why = 'the row was changed after the branch';
            leave restore_;
        end if;
        if p_op = 'I' then
            delete t from {table} t where {t_is_a};
            leave restore_;
        end if;
        update {table} t set {set_b} where {t_is_a};
    end if;
    select {image_t} into p_found from {table} t where {t_is_b};
    if p_found is null or p_found <> p_before then
        set p_why = 'a trigger of the table changes what is restored';
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
