package io.feiqian.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.runtime.Randomness;
import io.feiqian.storage.Answer;
import io.feiqian.storage.EmbeddedPostgres;
import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.Currency;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Requirement;
import io.feiqian.vocabulary.Slot;
import java.sql.Array;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The books on a real PostgreSQL, through real grouped commits. */
@Timeout(120)
final class LedgerDatabaseTest {
    private static final LedgerRules RULES = new LedgerRules(5, 1);
    private static EmbeddedPostgres postgres;

    @BeforeAll
    static void start() {
        postgres = EmbeddedPostgres.temporary();
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @BeforeEach
    void empty() {
        try (LedgerCell cell = cell()) {
            cell.run("truncate account, journal, reversal, hold");
            cell.run(
                    "update business_day set open_day = %d, closed_through = %d"
                            .formatted(Commands.DAY.number(), Commands.DAY.plusDays(-1).number()));
        }
    }

    private static LedgerCell cell() {
        return new LedgerCell(postgres.database(), RULES);
    }

    @Test
    void answersAndBooksAreTheTwinsAndSurviveARestart() {
        Randomness random = Randomness.seeded(42);
        CommandGenerator generator = new CommandGenerator(random);
        NaiveLedger twin = new NaiveLedger(Commands.CELL, RULES, Commands.DAY);
        List<LedgerCommand> sent = new ArrayList<>();
        List<Answer> answers = new ArrayList<>();
        try (LedgerCell cell = cell()) {
            for (int round = 0; round < 12; round++) {
                List<LedgerCommand> commands = new ArrayList<>();
                for (int i = 0; i < 150; i++) {
                    commands.add(generator.next());
                }
                List<Answer> these = cell.ask(commands);
                for (int i = 0; i < commands.size(); i++) {
                    assertThat(LedgerTwinTest.said(these.get(i)))
                            .as("round %d: %s", round, commands.get(i))
                            .isEqualTo(twin.ask(commands.get(i)));
                }
                sent.addAll(commands);
                answers.addAll(these);
                generator.today = generator.today.plusDays(1);
                twin.today = generator.today;
                twin.closedThrough = generator.today.plusDays(-2);
                cell.days(twin.today, twin.closedThrough);
            }
            BooksReport report = cell.audit();
            assertThat(report.findings()).isEmpty();
            assertThat(report.entries()).isGreaterThan(100);
            cell.run("analyze");
        }
        try (LedgerCell restarted = cell()) {
            for (int i = 0; i < sent.size(); i++) {
                if (sent.get(i) instanceof LedgerCommand.Post && answers.get(i).isAccepted()) {
                    Answer again = restarted.ask(sent.get(i));
                    assertThat(again).isEqualTo(answers.get(i).asRecorded());
                }
            }
        }
    }

    @Test
    void aBatchOfTransfersLeavesTheBalancesOfOneByOneAlsoWhereSomeAreRefusedOrRepeated() {
        Randomness random = Randomness.seeded(7);
        NaiveLedger twin = new NaiveLedger(Commands.CELL, RULES, Commands.DAY);
        List<AccountNumber> accounts =
                List.of(Commands.ALICE, Commands.BOB, Commands.CASH, Commands.customer(99, 99));
        List<LedgerCommand> posts = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            AccountNumber from = accounts.get(random.nextInt(4));
            AccountNumber to = accounts.get(random.nextInt(4));
            if (i % 5 == 4) {
                posts.add(posts.get(random.nextInt(posts.size())));
            } else if (!from.equals(to)) {
                long minor =
                        random.nextInt(20) == 0 ? Movement.LARGEST - 1 : random.nextInt(15_000);
                posts.add(Commands.post(100 + random.nextInt(150), from, to, 1 + minor));
            }
        }
        try (LedgerCell cell = cell()) {
            openAccounts(cell);
            opening().forEach(twin::ask);
            List<Answer> answers = cell.ask(posts);
            for (int i = 0; i < posts.size(); i++) {
                assertThat(LedgerTwinTest.said(answers.get(i)))
                        .as("%s", posts.get(i))
                        .isEqualTo(twin.ask(posts.get(i)));
            }
            assertThat(answers).anyMatch(Answer::isAccepted);
            assertThat(answers).anyMatch(Answer::recorded);
            assertThat(answers)
                    .extracting(Answer::code)
                    .contains(
                            OutcomeCode.INSUFFICIENT_FUNDS,
                            OutcomeCode.UNKNOWN_ACCOUNT,
                            OutcomeCode.TRACE_CONTENT_DIFFERS);
            assertThat(cell.audit().findings()).isEmpty();
        }
    }

    @Test
    @Requirement("D7.3-a")
    void twoInstancesOverOneDatabasePostARequestOnce() {
        try (LedgerCell one = cell();
                LedgerCell other = cell()) {
            openAccounts(one);
            for (int serial = 100; serial < 150; serial++) {
                LedgerCommand post = Commands.post(serial, Commands.ALICE, Commands.BOB, 1);
                List<CompletableFuture<Answer>> both =
                        List.of(one.submit(post), other.submit(post), one.submit(post));
                assertThat(both.stream().map(CompletableFuture::join).toList())
                        .allMatch(Answer::isAccepted)
                        .satisfies(list ->
                                assertThat(list.stream().filter(a -> !a.recorded())).hasSize(1));
            }
            assertThat(balance(one, Commands.BOB)).isEqualTo(50);
            assertThat(one.audit().findings()).isEmpty();
        }
    }

    @Test
    void twoInstancesThatBothOpenTheInterCellAccountBothGoOn() {
        try (LedgerCell one = cell();
                LedgerCell other = cell()) {
            openAccounts(one);
            List<CompletableFuture<Answer>> answers = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                answers.add(
                        one.submit(Commands.post(200 + i, Commands.ALICE, Commands.TO_PEER, 1)));
                answers.add(
                        other.submit(Commands.post(300 + i, Commands.ALICE, Commands.TO_PEER, 1)));
            }
            assertThat(answers.stream().map(CompletableFuture::join)).allMatch(Answer::isAccepted);
            BooksReport report = one.audit();
            assertThat(report.findings()).isEmpty();
            assertThat(report.peers())
                    .containsExactly(new BooksReport.PeerPosition(Commands.PEER, Currency.CZK, 40));
        }
    }

    @Test
    @Requirement("D7.1-c")
    void aCreditThatCannotBeTakenGoesToSuspenseWithAnAlarm() {
        try (LedgerCell cell = cell()) {
            openAccounts(cell);
            LedgerCommand.Announce announce = Commands.announce(1, Commands.BOB, 70);
            assertThat(cell.ask(announce).isAccepted()).isTrue();
            // Nobody can close it by the front door: the reservation forbids it.
            cell.run("update account set status = 3 where id = " + Commands.BOB.number());
            Answer captured = cell.ask(Commands.capture(announce));
            assertThat(captured.isAccepted()).isTrue();
            AccountNumber suspense =
                    AccountNumber.of(
                            Slot.pinnedTo(Commands.CELL),
                            AccountNumber.Kind.SUSPENSE,
                            Currency.CZK.number());
            assertThat(captured.value(Posted.class).orElseThrow().credit()).isEqualTo(suspense);
            assertThat(balance(cell, suspense)).isEqualTo(70);
            assertThat(cell.alarms)
                    .singleElement()
                    .matches(a -> a.name().equals("booked-on-suspense"));
            assertThat(cell.audit().findings()).isEmpty();
        }
    }

    /** It was ended already by the statement that locked it, before the capture was judged. */
    @Test
    void aReservationWhoseCaptureContradictsItStandsAndCanStillBeCaptured() {
        try (LedgerCell cell = cell()) {
            openAccounts(cell);
            LedgerCommand.Announce announce = Commands.announce(1, Commands.BOB, 70);
            LedgerCommand.Hold hold = Commands.hold(2, Commands.ALICE, 30);
            assertThat(cell.ask(List.of(announce, hold))).allMatch(Answer::isAccepted);
            LedgerCommand.Capture other =
                    Commands.capture(
                            announce.key(),
                            Commands.move(Commands.TO_PEER, Commands.BOB, 71),
                            announce.date());

            List<Answer> answers =
                    cell.ask(
                            List.of(
                                    other,
                                    Commands.capture(hold),
                                    Commands.post(11, Commands.ALICE, Commands.BOB, 5)));

            assertThat(answers)
                    .extracting(Answer::code)
                    .containsExactly(
                            OutcomeCode.CONTRADICTION, OutcomeCode.ACCEPTED, OutcomeCode.ACCEPTED);
            assertThat(cell.audit().findings()).isEmpty();
            assertThat(pending(cell, Commands.BOB)).isEqualTo(70);
            assertThat(cell.ask(Commands.capture(announce)).isAccepted()).isTrue();
            assertThat(cell.ask(Commands.capture(announce)).recorded()).isTrue();
            assertThat(cell.ask(Commands.release(announce)).code())
                    .isEqualTo(OutcomeCode.HOLD_ENDED);
            assertThat(balance(cell, Commands.BOB)).isEqualTo(75);
            assertThat(pending(cell, Commands.BOB)).isZero();
            assertThat(cell.audit().findings()).isEmpty();
        }
    }

    @Test
    void aReservationThatIsRefusedOrRepeatedLeavesTheAccountAsItWas() {
        try (LedgerCell cell = cell()) {
            openAccounts(cell);
            LedgerCommand.Hold hold = Commands.hold(1, Commands.ALICE, 30);
            LedgerCommand.Hold tooMuch = Commands.hold(2, Commands.ALICE, Movement.LARGEST);
            assertThat(cell.ask(List.of(hold, tooMuch, hold)))
                    .extracting(Answer::code)
                    .containsExactly(
                            OutcomeCode.ACCEPTED,
                            OutcomeCode.INSUFFICIENT_FUNDS,
                            OutcomeCode.ACCEPTED);
            assertThat(cell.audit().findings()).isEmpty();
            assertThat(cell.ask(List.of(Commands.capture(hold), Commands.release(hold))))
                    .extracting(Answer::code)
                    .containsExactly(OutcomeCode.ACCEPTED, OutcomeCode.HOLD_ENDED);
            assertThat(cell.audit().findings()).isEmpty();
        }
    }

    @Test
    void aStatementIsReadPageByPageInOrderAndWithinDates() {
        try (LedgerCell cell = cell()) {
            openAccounts(cell);
            for (int i = 1; i <= 7; i++) {
                cell.ask(Commands.post(i + 10, Commands.ALICE, Commands.BOB, i));
            }
            BusinessDate next = Commands.DAY.plusDays(1);
            cell.days(next, Commands.DAY.plusDays(-1));
            cell.ask(Commands.post(30, Commands.BOB, Commands.ALICE, 5));
            cell.ask(Commands.post(31, Commands.BOB, Commands.ALICE, 50_000));

            List<Long> amounts = new ArrayList<>();
            StatementQuery query = StatementQuery.first(Commands.BOB, 3);
            StatementPage page = statement(cell, query);
            while (true) {
                page.entries().forEach(each -> amounts.add(each.amount()));
                if (!page.more()) {
                    break;
                }
                long last = page.entries().getLast().entry();
                page =
                        statement(
                                cell,
                                new StatementQuery(
                                        Commands.BOB, Optional.empty(), Optional.empty(), last, 3));
            }
            assertThat(amounts)
                    .as("a refusal is no entry")
                    .containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, -5L);
            StatementPage second =
                    statement(
                            cell,
                            new StatementQuery(
                                    Commands.BOB, Optional.of(next), Optional.of(next), 0, 10));
            assertThat(second.entries()).singleElement().matches(e -> e.balanceAfter() == 23);
            StatementEntry entry = second.entries().getFirst();
            assertThat(entry.counterAccount()).isEqualTo(Commands.ALICE.number());
            assertThat(entry.date()).isEqualTo(next);
        }
    }

    @Test
    void statementsAreServedFromTheTwoIndexes() {
        try (LedgerCell cell = cell()) {
            openAccounts(cell);
            List<LedgerCommand> posts = new ArrayList<>();
            for (int i = 1; i <= 300; i++) {
                posts.add(Commands.post(i + 10, Commands.ALICE, Commands.BOB, 1));
            }
            assertThat(cell.ask(posts)).allMatch(Answer::isAccepted);
            cell.run("analyze journal");
            String plan = cell.read(LedgerDatabaseTest::statementPlan);
            assertThat(plan).contains("Index").doesNotContain("Seq Scan").doesNotContain("Sort  (");
        }
    }

    private static String statementPlan(java.sql.Connection connection)
            throws java.sql.SQLException {
        try (java.sql.PreparedStatement explain =
                connection.prepareStatement(
                        "explain select * from journal j where j.debit = ? and j.entry_no > ?"
                                + " and j.entry_no > 0 and business_date between 0 and 99991231"
                                + " order by j.entry_no limit 10")) {
            explain.setLong(1, Commands.ALICE.number());
            explain.setLong(2, 17);
            StringBuilder plan = new StringBuilder();
            try (java.sql.ResultSet row = explain.executeQuery()) {
                while (row.next()) {
                    plan.append(row.getString(1)).append('\n');
                }
            }
            return plan.toString();
        }
    }

    @Test
    void aReversalIsFoundAndCountedAndNeverExceedsItsOriginal() {
        try (LedgerCell cell = cell()) {
            openAccounts(cell);
            LedgerCommand.Post original = Commands.post(11, Commands.ALICE, Commands.BOB, 100);
            cell.ask(original);
            cell.ask(Commands.post(15, Commands.ALICE, Commands.BOB, 100));
            assertThat(cell.ask(Commands.reversal(12, original, 60)).isAccepted()).isTrue();
            assertThat(cell.ask(Commands.reversal(13, original, 41)).code())
                    .isEqualTo(OutcomeCode.REVERSAL_EXCEEDS_ORIGINAL);
            assertThat(cell.ask(Commands.reversal(14, original, 40)).isAccepted()).isTrue();
            assertThat(cell.<Long>read(c -> LedgerQueries.reversed(c, original.key())))
                    .isEqualTo(100);
            JournalRow found = cell.read(c -> LedgerQueries.find(c, original.key())).orElseThrow();
            assertThat(found.amount()).isEqualTo(100);
            EntryKey noSuch = EntryKey.branch(original.key().trace(), 3);
            Optional<JournalRow> nothing = cell.read(c -> LedgerQueries.find(c, noSuch));
            assertThat(nothing).isEmpty();
            assertThat(cell.audit().findings()).isEmpty();
        }
    }

    @Test
    @Requirement("D7.2-a")
    void theAuditFindsWhatSomebodyChangedByHand() {
        try (LedgerCell cell = cell()) {
            openAccounts(cell);
            cell.ask(Commands.post(11, Commands.ALICE, Commands.BOB, 100));
            cell.ask(Commands.announce(1, Commands.BOB, 7));
            cell.ask(
                    Commands.reversal(12, Commands.post(11, Commands.ALICE, Commands.BOB, 100), 5));
            assertThat(cell.audit().isBalanced()).isTrue();
            String bob = Commands.BOB.toString();

            assertFinds(cell, "update account set balance = balance + 1 where id = " + bob, bob);
            assertFinds(cell, "update account set balance = balance - 1 where id = " + bob, "");
            assertFinds(cell, "update account set pending = 0 where id = " + bob, bob);
            assertFinds(
                    cell, "update account set pending = 7, open_items = 2 where id = " + bob, bob);
            assertFinds(cell, "update account set open_items = 1 where id = " + bob, "");
            assertFinds(
                    cell,
                    "update journal set credit_after = credit_after + 1 where credit = " + bob,
                    bob);
            assertFinds(
                    cell,
                    "update journal set credit_after = credit_after - 1 where credit = " + bob,
                    "");
            assertFinds(cell, "update reversal set amount = 101", "taken back 101");
            assertFinds(cell, "update reversal set amount = 5", "");
            assertFinds(cell, "delete from account where id = " + bob, "balance none");
        }
    }

    private static void assertFinds(LedgerCell cell, String change, String expected) {
        cell.run(change);
        BooksReport report = cell.audit();
        if (expected.isEmpty()) {
            assertThat(report.findings()).as(change).isEmpty();
        } else {
            assertThat(report.findings().stream().collect(Collectors.joining("\n")))
                    .as(change)
                    .contains(expected);
        }
    }

    @Test
    void whatACellOwesIsTheSumOfTheParts() {
        try (LedgerCell cell = cell()) {
            openAccounts(cell);
            cell.ask(Commands.post(5, Commands.ALICE, Commands.TO_PEER, 10));
            cell.ask(Commands.post(6, Commands.ALICE, Commands.TO_PEER.part(1), 5));
            assertThat(cell.audit().peers())
                    .containsExactly(new BooksReport.PeerPosition(Commands.PEER, Currency.CZK, 15));
        }
    }

    /** A plan that is made while a journal is empty is used when it is not. */
    @Test
    void knownKeysAreLookedUpOneByOneByThePlanOfAnEmptyJournal() {
        String text = "explain " + LedgerSql.READ_ENTRIES;
        try (LedgerCell cell = cell()) {
            List<String> plan =
                    cell.read(connection -> {
                        List<String> lines = new ArrayList<>();
                        try (Statement statement = connection.createStatement()) {
                            statement.execute(
                                    "set enable_seqscan = off; set enable_hashjoin = off;"
                                            + " set enable_mergejoin = off;"
                                            + " set enable_bitmapscan = off");
                            statement.execute("set plan_cache_mode = force_generic_plan");
                        }
                        try (PreparedStatement explain = connection.prepareStatement(text)) {
                            Array longs = connection.createArrayOf("bigint", new Long[] {1L});
                            Array ints = connection.createArrayOf("int", new Integer[] {1});
                            explain.setArray(1, longs);
                            explain.setArray(2, longs);
                            explain.setArray(3, ints);
                            explain.setLong(4, 0);
                            explain.setLong(5, Long.MAX_VALUE);
                            try (ResultSet row = explain.executeQuery()) {
                                while (row.next()) {
                                    lines.add(row.getString(1));
                                }
                            }
                        }
                        return lines;
                    });
            assertThat(plan).noneMatch(line -> line.contains("Join Filter"));
            assertThat(plan).anyMatch(line -> line.contains("(trace_serial = k.trace_serial)"));
        }
    }

    @Test
    void partitionsAreMadeOnceByWhomeverComesFirst() throws Exception {
        try (LedgerCell one = cell();
                LedgerCell other = cell()) {
            BusinessDate later = BusinessDate.parse("2027-01-15");
            List<CompletableFuture<List<String>>> made = new ArrayList<>();
            for (LedgerCell each : List.of(one, other, one, other)) {
                made.add(CompletableFuture.supplyAsync(() -> each.ensurePartitions(later)));
            }
            List<String> months = made.stream().flatMap(f -> f.join().stream()).toList();
            assertThat(months).containsExactly("2027-01", "2027-02", "2027-03");
            assertThat(one.ensurePartitions(later)).isEmpty();
            one.run("drop table journal_2027_01, journal_2027_02, journal_2027_03");
        }
    }

    @Test
    void anAccountAndACustomersAccountsAreFound() {
        try (LedgerCell cell = cell()) {
            openAccounts(cell);
            AccountRow cash = cell.read(c -> LedgerQueries.account(c, Commands.CASH)).orElseThrow();
            assertThat(cash.name()).isEqualTo("desk");
            assertThat(cash.balance()).isEqualTo(-20_000);
            long customer = Commands.ALICE.number() / 1_000;
            List<AccountRow> hers = cell.read(c -> LedgerQueries.accountsOf(c, customer));
            assertThat(hers).extracting(AccountRow::id).contains(Commands.ALICE.number());
            Optional<AccountRow> nobody =
                    cell.read(c -> LedgerQueries.account(c, Commands.customer(99, 99)));
            assertThat(nobody).isEmpty();
        }
    }

    private static StatementPage statement(LedgerCell cell, StatementQuery query) {
        return cell.read(connection -> LedgerQueries.statement(connection, query));
    }

    private static long pending(LedgerCell cell, AccountNumber account) {
        return cell.read(c -> LedgerQueries.account(c, account)).orElseThrow().pending();
    }

    private static long balance(LedgerCell cell, AccountNumber account) {
        return cell.read(c -> LedgerQueries.account(c, account)).orElseThrow().balance();
    }

    private static void openAccounts(LedgerCell cell) {
        assertThat(cell.ask(opening())).allMatch(Answer::isAccepted);
    }

    private static List<LedgerCommand> opening() {
        return List.of(
                Commands.open(1, Commands.ALICE, 0),
                Commands.open(2, Commands.BOB, 0),
                Commands.open(3, Commands.CASH, 0),
                Commands.post(4, Commands.CASH, Commands.ALICE, 20_000));
    }
}
