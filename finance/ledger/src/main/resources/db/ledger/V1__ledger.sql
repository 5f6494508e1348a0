-- The books of a cell. Amounts are minor units; account numbers are 16 digits as a number; a trace
-- number is its head (date, home slot, channel) and its serial number.

-- Balances have no index, so that a change of a balance touches one page and nothing else. A page is
-- tidied up when a tenth of it is free or less; every row gives up its "room" with its first change, so
-- that a tidied page takes several more changes until then, instead of one.
create table account (
    id              bigint   not null primary key,
    customer        bigint   not null,
    balance         bigint   not null default 0,
    held            bigint   not null default 0,
    pending         bigint   not null default 0,
    overdraft_limit bigint   not null default 0,
    open_items      integer  not null default 0,
    currency        smallint not null,
    status          smallint not null default 1,
    name            text     not null default '',
    room            text     not null default repeat('.', 40)
) with (fillfactor = 90);

create index account_of_customer on account (customer) where customer <> 0;

-- One row per movement, with both its legs: it balances by construction. The row is the idempotence
-- record of its trace number at the same time, also where the request was refused (entry_no 0).
-- Partitions by month of the date in the trace number. Keys begin with the serial number, which grows
-- with time at every gateway: new rows meet at a few pages of the index, not all over it.
create table journal (
    trace_head    bigint   not null,
    trace_serial  bigint   not null,
    digest        bigint   not null,
    debit         bigint   not null,
    credit        bigint   not null,
    amount        bigint   not null,
    debit_after   bigint   not null,
    credit_after  bigint   not null,
    entry_no      bigint   not null,
    posted_at     bigint   not null,
    business_date integer  not null,
    sub           smallint not null,
    outcome       smallint not null,
    initiator     smallint not null,
    kind          smallint not null,
    currency      smallint not null,
    counter       bigint,
    concerns      bigint,
    text          text,
    primary key (trace_serial, trace_head, sub)
) partition by range (trace_head);

-- Statements are read by these two.
create index journal_of_debit on journal (debit, entry_no) where entry_no > 0;
create index journal_of_credit on journal (credit, entry_no) where entry_no > 0;

-- The parts of movements that were taken back; a part is taken back once.
create table reversal (
    original_head   bigint   not null,
    original_serial bigint   not null,
    original_sub    smallint not null,
    part            integer  not null,
    amount          bigint   not null,
    reversal_head   bigint   not null,
    reversal_serial bigint   not null,
    reversal_sub    smallint not null,
    primary key (original_head, original_serial, original_sub, part)
);

-- Reservations: holds of funds and announced credits. Ended ones stay until they are cleaned, so
-- that a repetition is recognised.
create table hold (
    trace_head    bigint   not null,
    trace_serial  bigint   not null,
    account       bigint   not null,
    amount        bigint   not null,
    digest        bigint   not null,
    attempt       integer  not null,
    branch        integer  not null,
    business_date integer  not null,
    credit        boolean  not null,
    state         smallint not null,
    initiator     smallint not null,
    outcome       smallint not null,
    concerns      bigint,
    primary key (trace_serial, trace_head, attempt, branch)
) with (fillfactor = 80);
