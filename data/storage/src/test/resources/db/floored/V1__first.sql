create table floored (id int primary key, old int);
