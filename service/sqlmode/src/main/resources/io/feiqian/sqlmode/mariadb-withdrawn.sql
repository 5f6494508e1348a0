-- Stays on a table that was withdrawn.
create or replace trigger {trigger} before {event} on {table} for each row
begin
    if @@default_master_connection like 'feiqian %' then
        call {schema}.feiqian_refuse('FQ003', {table_text},
            'withdrawn from SQL mode (expected: enrolled, or a service that has loaded its catalogue since)');
    end if;
end
