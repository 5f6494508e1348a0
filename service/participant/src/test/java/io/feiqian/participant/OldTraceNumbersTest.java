package io.feiqian.participant;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.participant.FinishOrder.Verb;
import io.feiqian.participant.spi.StatementUndo;
import io.feiqian.runtime.SettableClock;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Requirement;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What comes again when the rows of its first coming are deleted. Numbers are recognised for 30
 * days here, and what was decided is kept for 40.
 */
@ParameterizedClass
@EnumSource(Databases.class)
final class OldTraceNumbersTest {
    private static final long PAYEE = 2;
    private static final Duration PAST_KEEPING = Duration.ofDays(41);
    private static final Content CREDIT = AccountActions.order(PAYEE, 10);

    private final Databases databases;
    private final SettableClock clock = TwoServices.ahead(Duration.ZERO);
    private TwoServices two;
    private GlobalTransactions accounts;

    OldTraceNumbersTest(Databases databases) {
        this.databases = databases;
    }

    @BeforeEach
    void open() throws SQLException {
        two = TwoServices.open(databases);
        accounts = two.accounts(AccountActions.all().with(new NothingToUndo()), clock);
    }

    @AfterEach
    void close() {
        two.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"TCC", "REVERSAL", "SQL", "XA"})
    @Requirement("D7.3-a")
    void aTryAndItsConfirmThatComeAgainAfterTheirRowsAreDeletedCreditNothing(BranchKind kind)
            throws SQLException {
        BranchKey key = key(0);
        assertThat(attempt(key, kind).isAccepted()).isTrue();
        assertThat(finish(Verb.CONFIRM, key)).isEqualTo(OutcomeCode.ACCEPTED);
        assertThat(balance()).isEqualTo(1_010);
        keepingEnds(1);

        BranchAnswer again = attempt(key, kind);
        OutcomeCode confirmed = finish(Verb.CONFIRM, key);

        assertThat(again.outcome().code()).isEqualTo(OutcomeCode.TRACE_EXPIRED);
        assertThat(confirmed).isEqualTo(OutcomeCode.UNKNOWN_TRANSACTION);
        assertThat(balance()).isEqualTo(1_010);
        assertThat(two.held()).isZero();
    }

    @Test
    @Requirement({"D7.3-a", "S.mq-9"})
    void aMessageThatComesAgainAfterItsRowIsDeletedIsNotTakenTwice() throws SQLException {
        BranchKey key = key(0);
        assertThat(deliver(key)).isEqualTo(OutcomeCode.ACCEPTED);
        keepingEnds(1);

        OutcomeCode again = deliver(key);

        assertThat(again).isEqualTo(OutcomeCode.TRACE_EXPIRED);
        assertThat(balance()).isEqualTo(1_010);
    }

    /** One that is too old keeps none from being taken that travels with it (no-poison). */
    @Test
    void aMessageThatIsTooOldKeepsNoOtherOfItsBatchFromBeingTaken() throws SQLException {
        clock.advance(Duration.ofDays(20));

        List<FinishReport> reports =
                accounts.finish(List.of(message(key(-16)), message(key(0)), message(key(-15))));

        assertThat(reports)
                .extracting(each -> each.outcome().code())
                .containsExactlyInAnyOrder(
                        OutcomeCode.TRACE_EXPIRED, OutcomeCode.ACCEPTED, OutcomeCode.ACCEPTED);
        assertThat(balance()).isEqualTo(1_020);
    }

    /** The decision was made while the number was recognised, and the message came days later. */
    @Test
    void aMessageOfANumberThatWasJustRecognisedIsTakenDaysLater() throws SQLException {
        clock.advance(Duration.ofDays(35));

        assertThat(deliver(key(0))).isEqualTo(OutcomeCode.ACCEPTED);
        assertThat(deliver(key(-1))).isEqualTo(OutcomeCode.TRACE_EXPIRED);
        assertThat(balance()).isEqualTo(1_010);
    }

    @ParameterizedTest
    @EnumSource(names = {"TCC", "REVERSAL", "SQL", "XA"})
    void whatIsOnRecordIsConfirmedHoweverOldItIs(BranchKind kind) throws SQLException {
        BranchKey key = key(0);
        assertThat(attempt(key, kind).isAccepted()).isTrue();
        clock.advance(PAST_KEEPING);

        assertThat(finish(Verb.CONFIRM, key)).isEqualTo(OutcomeCode.ACCEPTED);
        assertThat(attempt(key, kind).recorded()).isTrue();
        assertThat(balance()).isEqualTo(1_010);
        assertThat(two.held()).isZero();
    }

    @ParameterizedTest
    @EnumSource(names = {"TCC", "REVERSAL", "XA"})
    void whatIsOnRecordIsCancelledHoweverOldItIs(BranchKind kind) throws SQLException {
        BranchKey key = key(0);
        assertThat(attempt(key, kind).isAccepted()).isTrue();
        clock.advance(PAST_KEEPING);

        assertThat(finish(Verb.CANCEL, key)).isEqualTo(OutcomeCode.ACCEPTED);
        assertThat(balance()).isEqualTo(TwoServices.OPENING);
        assertThat(two.held()).isZero();
    }

    /** A channel's calendar was ahead: when its rows are old its number still is recognised. */
    @Test
    void aNumberThatIsDatedAheadHasItsRowsForAsLongAsItIsRecognised() throws SQLException {
        BranchKey key = key(20);
        assertThat(deliver(key)).isEqualTo(OutcomeCode.ACCEPTED);
        TwoServices.age(two.accountsDatabase, PAST_KEEPING);
        clock.advance(PAST_KEEPING);

        assertThat(accounts.cleanNow()).isZero();

        assertThat(deliver(key)).isEqualTo(OutcomeCode.ACCEPTED);
        assertThat(balance()).isEqualTo(1_010);
        clock.advance(Duration.ofDays(20));
        assertThat(accounts.cleanNow()).isEqualTo(1);
        assertThat(deliver(key)).isEqualTo(OutcomeCode.TRACE_EXPIRED);
    }

    private void keepingEnds(int rows) throws SQLException {
        TwoServices.age(two.accountsDatabase, PAST_KEEPING);
        clock.advance(PAST_KEEPING);
        assertThat(accounts.cleanNow()).isEqualTo(rows);
    }

    private long balance() throws SQLException {
        return two.balance(two.accountsDatabase, PAYEE);
    }

    /** A branch of a transaction whose number is dated so many days after today. */
    private static BranchKey key(int days) {
        BusinessDate date = TwoServices.DAY.plusDays(days);
        return new BranchKey(TraceNumber.of(date, new Slot(1), 7, 4_711), 1, 1);
    }

    private BranchAnswer attempt(BranchKey key, BranchKind kind) throws SQLException {
        BranchContext context =
                new BranchContext(
                        key, "payments", CREDIT.digest(), TwoServices.DAY, Duration.ofSeconds(10));
        return switch (kind) {
            case TCC -> accounts.branches().tcc(context, "credit", CREDIT);
            case REVERSAL -> accounts.branches().reversible(context, "credit-at-once", CREDIT);
            case SQL -> accounts.branches().sql(context, OldTraceNumbersTest::credit);
            case XA -> accounts.branches().xa(context, OldTraceNumbersTest::credit);
            case MESSAGE, REVERSED, NONE -> throw new IllegalArgumentException("kind: " + kind);
        };
    }

    private static Content credit(Connection connection) throws SQLException {
        return AccountActions.change(connection, PAYEE, 10);
    }

    private OutcomeCode finish(Verb verb, BranchKey key) {
        FinishOrder order = FinishOrder.of(verb, key, "payments", CREDIT.digest(), TwoServices.DAY);
        return accounts.finish(List.of(order)).get(0).outcome().code();
    }

    private OutcomeCode deliver(BranchKey key) {
        return accounts.finish(List.of(message(key))).get(0).outcome().code();
    }

    private static FinishOrder message(BranchKey key) {
        return new FinishOrder(
                Verb.DELIVER,
                key,
                "payments",
                CREDIT.digest(),
                TwoServices.DAY,
                "credit-message",
                CREDIT);
    }

    /** SQL mode's place, without its images: none of these branches is cancelled. */
    private static final class NothingToUndo implements StatementUndo {
        @Override
        public Capture capture(Connection connection, BranchKey key) {
            return new Capture() {
                @Override
                public Connection connection() {
                    return connection;
                }

                @Override
                public void flush() {}
            };
        }

        @Override
        public void confirm(Connection connection, Collection<BranchKey> keys) {}

        @Override
        public void cancel(Connection connection, BranchKey key) {
            throw new IllegalStateException("cancelled: " + key);
        }
    }
}
