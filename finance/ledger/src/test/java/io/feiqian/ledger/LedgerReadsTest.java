package io.feiqian.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.feiqian.storage.Answer;
import io.feiqian.storage.EmbeddedPostgres;
import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.Currency;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What operators read of the books, on a real PostgreSQL, and that it costs little. */
@Timeout(120)
final class LedgerReadsTest {
    private static final Duration PAST = Duration.ofMinutes(5);
    private static final AccountNumber CAROL = Commands.customer(33, 3);

    /** Much more than is looked at, one a millisecond until now. */
    private static final int MANY = 60_000;

    private static EmbeddedPostgres postgres;
    private LedgerCell cell;

    @BeforeAll
    static void start() {
        postgres = EmbeddedPostgres.temporary();
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @BeforeEach
    void open() {
        cell = new LedgerCell(postgres.database(), new LedgerRules(5, 1));
        cell.run("truncate account, journal, reversal, hold");
        assertThat(
                        cell.ask(
                                List.of(
                                        Commands.open(1, Commands.ALICE, 0),
                                        Commands.open(2, Commands.BOB, 0),
                                        Commands.open(3, Commands.CASH, 0),
                                        Commands.post(4, Commands.CASH, Commands.ALICE, 20_000))))
                .allMatch(Answer::isAccepted);
    }

    @AfterEach
    void close() {
        cell.close();
    }

    @Test
    void aStatementIsReadFromItsEndPageByPage() {
        for (int i = 1; i <= 7; i++) {
            cell.ask(Commands.post(i + 10, Commands.ALICE, Commands.BOB, i));
        }
        cell.ask(Commands.post(30, Commands.BOB, Commands.ALICE, 5));
        cell.ask(Commands.post(31, Commands.BOB, Commands.ALICE, 50_000));

        List<Long> amounts = new ArrayList<>();
        StatementPage page = newest(0);
        assertThat(page.entries().getFirst().balanceAfter()).isEqualTo(23);
        page.entries().forEach(each -> amounts.add(each.amount()));
        while (page.more()) {
            page = newest(page.entries().getLast().entry());
            page.entries().forEach(each -> amounts.add(each.amount()));
        }

        assertThat(amounts)
                .as("a refusal is no entry")
                .containsExactly(-5L, 7L, 6L, 5L, 4L, 3L, 2L, 1L);
    }

    @Test
    void theEndOfAStatementComesFromTheTwoIndexes() {
        fillTheJournal();
        String plan =
                cell.read(connection -> {
                    try (PreparedStatement explain =
                            connection.prepareStatement("explain " + LedgerQueries.NEWEST)) {
                        for (int leg = 0; leg < 2; leg++) {
                            explain.setLong(leg * 5 + 1, Commands.ALICE.number());
                            explain.setLong(leg * 5 + 2, Long.MAX_VALUE);
                            explain.setInt(leg * 5 + 3, 0);
                            explain.setInt(leg * 5 + 4, 99_991_231);
                            explain.setInt(leg * 5 + 5, 51);
                        }
                        explain.setInt(11, 51);
                        return plan(explain.executeQuery());
                    }
                });
        assertThat(plan)
                .contains("_03_debit_entry_no_idx", "_03_credit_entry_no_idx")
                .doesNotContain("Seq Scan on journal_2026_03", "Bitmap");
    }

    @Test
    void hotAccountsAreCountedWithWhatWasTurnedOver() {
        cell.ask(Commands.post(11, Commands.ALICE, Commands.BOB, 300));
        cell.ask(Commands.post(12, Commands.BOB, Commands.ALICE, 100));
        cell.ask(Commands.post(13, Commands.BOB, Commands.ALICE, 50_000));

        HotAccounts hot = cell.read(connection -> HotAccounts.read(connection, PAST));

        assertThat(hot.cut()).isFalse();
        assertThat(hot.entries()).as("a refusal is no entry").isEqualTo(3);
        assertThat(hot.accounts())
                .containsExactly(
                        line(Commands.ALICE, 3, 20_400),
                        line(Commands.BOB, 2, 400),
                        line(Commands.CASH, 1, 20_000));
        cell.run("update journal set posted_at = posted_at - 600000");
        assertThat(cell.read(connection -> HotAccounts.read(connection, PAST)).accounts())
                .isEmpty();
    }

    @Test
    void onlyTheEndOfALongJournalIsLookedAt() {
        fillTheJournal();

        HotAccounts hot = cell.read(connection -> HotAccounts.read(connection, PAST));

        assertThat(hot.cut()).isTrue();
        assertThat(hot.entries()).isBetween(10_000L, MANY / 2L);
        // One a millisecond: so far back reach so many entries.
        long now = cell.read(LedgerReadsTest::databaseMillis);
        assertThat(now - hot.sinceMillis()).isGreaterThanOrEqualTo(hot.entries() - 1);
        assertThat(hot.accounts().getFirst().account()).isEqualTo(CAROL);
        String plan =
                cell.read(connection -> {
                    try (Statement explain = connection.createStatement()) {
                        return plan(
                                explain.executeQuery(
                                        "explain " + HotAccounts.sql(connection, PAST)));
                    }
                });
        assertThat(plan).contains("Tid Range Scan on journal_2026_03");
        assertThat(plan).doesNotContain("Seq Scan on journal_2026_03");
    }

    @Test
    void entriesAreFoundByAmountAndTimeWhetherAcceptedOrRefused() {
        cell.ask(Commands.post(11, Commands.ALICE, Commands.BOB, 300));
        cell.ask(Commands.post(12, Commands.BOB, Commands.ALICE, 100));
        cell.ask(Commands.post(13, Commands.BOB, Commands.ALICE, 50_000));
        long now = cell.read(LedgerReadsTest::databaseMillis);

        assertThat(found(now - 60_000, now + 1, 300, 50_000))
                .extracting(JournalRow::amount, each -> each.refusal().isPresent())
                .containsExactly(tuple(50_000L, true), tuple(300L, false));
        assertThat(found(now + 1, now + 60_000, 300)).isEmpty();
        assertThat(found(now - 60_000, now + 1, 301)).isEmpty();
    }

    @Test
    void aSearchByTimeReadsWhatWasWrittenThen() {
        fillTheJournal();
        cell.run("vacuum journal");
        String plan =
                cell.read(connection -> {
                    try (PreparedStatement explain =
                            connection.prepareStatement(
                                    "explain (analyze, costs off) " + EntrySearch.FIND)) {
                        long now = databaseMillis(connection);
                        explain.setLong(1, now - 2_000);
                        explain.setLong(2, now);
                        explain.setObject(3, new long[] {17});
                        return plan(explain.executeQuery());
                    }
                });
        assertThat(plan).contains("journal_2026_03_posted_at_idx");
        assertThat(plan).doesNotContain("Seq Scan on journal_2026_03");
    }

    private List<JournalRow> found(long from, long to, long... amounts) {
        return cell.read(connection -> EntrySearch.find(connection, amounts, from, to));
    }

    @Test
    void allAccountsTogetherAreNothingAndPeersAreTheSumOfTheirParts() {
        cell.ask(Commands.post(5, Commands.ALICE, Commands.TO_PEER, 10));
        cell.ask(Commands.post(6, Commands.ALICE, Commands.TO_PEER.part(1), 5));
        cell.ask(Commands.hold(7, Commands.ALICE, 30));
        cell.ask(Commands.announce(8, Commands.BOB, 70));

        TrialBalance trial = cell.read(TrialBalance::read);

        assertThat(trial.lines())
                .extracting(
                        TrialBalance.Line::kind,
                        TrialBalance.Line::accounts,
                        each -> each.balance().longValueExact(),
                        each -> each.held().longValueExact(),
                        each -> each.pending().longValueExact())
                .containsExactly(
                        tuple(AccountNumber.Kind.CUSTOMER, 2L, 19_985L, 30L, 70L),
                        tuple(AccountNumber.Kind.CASH, 1L, -20_000L, 0L, 0L),
                        tuple(AccountNumber.Kind.INTER_CELL, 2L, 15L, 0L, 0L));
        assertThat(trial.peers()).isEqualTo(cell.audit().peers());
    }

    @Test
    void sumsMayBeLargerThanAnyBalance() {
        for (int i = 0; i < 3; i++) {
            cell.run(
                    "insert into account (id, customer, balance, currency) values (%d, 1, %d, 203)"
                            .formatted(Commands.customer(100 + i, 1).number(), Long.MAX_VALUE - 1));
        }
        assertThat(cell.read(TrialBalance::read).lines().getFirst().balance())
                .isEqualTo(
                        BigDecimal.valueOf(Long.MAX_VALUE - 1)
                                .multiply(BigDecimal.valueOf(3))
                                .add(BigDecimal.valueOf(20_000)));
    }

    private StatementPage newest(long before) {
        return cell.read(connection -> LedgerQueries.newest(connection, Commands.BOB, before, 3));
    }

    private static HotAccounts.Line line(AccountNumber account, long entries, long turnover) {
        return new HotAccounts.Line(account, Currency.CZK, entries, BigDecimal.valueOf(turnover));
    }

    private void fillTheJournal() {
        BusinessDate day = Commands.DAY;
        cell.run(
                """
                insert into journal (trace_head, trace_serial, digest, debit, credit, amount,
                    debit_after, credit_after, entry_no, posted_at, business_date, sub, outcome,
                    initiator, kind, currency)
                select %d, i, 0, case when i %% 2 = 0 then %d else %d end, %d, 1, 0, 0, i,
                    (extract(epoch from clock_timestamp()) * 1000)::bigint - %d + i, %d, 0, 0, 1,
                    1, 203
                from generate_series(1, %d) i\
                """
                        .formatted(
                                Commands.trace(day, Commands.ALICE, 1).head() + 1,
                                Commands.ALICE.number(),
                                Commands.BOB.number(),
                                CAROL.number(),
                                MANY,
                                day.number(),
                                MANY));
        cell.run("analyze journal");
    }

    private static long databaseMillis(Connection connection) throws SQLException {
        try (Statement select = connection.createStatement();
                ResultSet row =
                        select.executeQuery(
                                "select (extract(epoch from clock_timestamp()) * 1000)::bigint")) {
            row.next();
            return row.getLong(1);
        }
    }

    private static String plan(ResultSet rows) throws SQLException {
        StringBuilder plan = new StringBuilder();
        while (rows.next()) {
            plan.append(rows.getString(1)).append('\n');
        }
        return plan.toString();
    }
}
