-- The label of a gray release that its consumer carries on; nothing for most, and for what older software
-- wrote.
alter table outbox add column gray_label text;
