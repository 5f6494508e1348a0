-- What operators did about one transaction is looked up by its trace number.
create index change_record_by_subject on change_record (subject, sequence);
