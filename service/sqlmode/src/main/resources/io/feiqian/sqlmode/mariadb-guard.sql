-- Generated for each kind of change of one enrolled table. It captures what a branch writes and refuses whoever else
-- writes a locked row. It runs after the row is written, so that it sees the locks of whomever the writer waited for.
create or replace trigger {trigger} after {event} on {table} for each row
guard_: begin
    declare fq_mark varchar(64) default @@default_master_connection;
    declare fq_branch varchar(64) default null;
    declare fq_new boolean;
{declarations}
    if fq_mark like 'feiqian-undo %' then
        leave guard_;
    end if;
    if @@tx_isolation <> 'READ-COMMITTED' then
        call {schema}.feiqian_isolation({table_text});
    end if;
{locks}
    if fq_mark not like 'feiqian %' then
{look_ups}
        leave guard_;
    end if;
    set fq_branch = substring_index(substr(fq_mark, 9), ' ', 1);
{capture}
end
