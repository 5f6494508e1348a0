-- needs software that knows V2
alter table floored drop column old;
