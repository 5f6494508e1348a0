package io.feiqian.participant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.Requirement;
import io.feiqian.vocabulary.SubNumber;
import io.feiqian.vocabulary.TraceNumber;
import java.io.IOException;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The annotation for calls that are answered once, in plain Java. */
@ParameterizedClass
@EnumSource(
        value = Databases.class,
        names = {"POSTGRESQL", "MARIADB"})
final class IdempotentTest {
    private final Databases databases;

    IdempotentTest(Databases databases) {
        this.databases = databases;
    }

    private static final TraceNumber TRACE = TwoServices.order(1, "").trace();
    private static final SubNumber SUB = new SubNumber(3);

    private TwoServices two;
    private Points points;

    enum Channel {
        COUNTER,
        MOBILE
    }

    record Order(
            long account,
            long amount,
            Channel channel,
            Optional<String> note,
            List<BigDecimal> shares,
            LocalDate day) {
        static Order of(long amount) {
            return new Order(
                    1,
                    amount,
                    Channel.MOBILE,
                    Optional.of("a note"),
                    List.of(new BigDecimal("0.40"), new BigDecimal("0.6")),
                    LocalDate.of(2026, 7, 1));
        }
    }

    record Receipt(String text, Order order, Content seal) {}

    /** As a user would write it. */
    interface Points {
        @Idempotent("points-add")
        Receipt add(TraceNumber trace, SubNumber sub, Order order) throws IOException;

        @Idempotent("points-clear")
        void clear(TraceNumber trace, long account);
    }

    private record Book(Connection connection) implements Points {
        @Override
        public Receipt add(TraceNumber trace, SubNumber sub, Order order) throws IOException {
            try {
                Content balance =
                        AccountActions.change(connection, order.account(), order.amount());
                if (order.amount() == 13) {
                    throw new IOException("the business's own");
                }
                return new Receipt(balance.text(), order, Content.of(new byte[] {1, 2}));
            } catch (SQLException failed) {
                throw new IllegalStateException(failed);
            }
        }

        @Override
        public void clear(TraceNumber trace, long account) {
            throw new RefusedException(OutcomeCode.ACCOUNT_BUSY, "account: " + account);
        }
    }

    @BeforeEach
    void open() throws SQLException {
        two = TwoServices.open(databases);
        two.payments();
        points = Once.over(two.paymentsDatabase).answering(Points.class, Book::new);
    }

    @AfterEach
    void close() {
        two.close();
    }

    @Test
    @Requirement({"D7.3-a", "M6.5-2"})
    void aMarkedMethodIsAnsweredOnceAndItsAnswerIsGivenAgain() throws Exception {
        Receipt first = points.add(TRACE, SUB, Order.of(10));
        Receipt again = points.add(TRACE, SUB, Order.of(10));

        assertThat(first.text()).isEqualTo("balance 1010");
        assertThat(again).isEqualTo(first);
        assertThat(two.balance(two.paymentsDatabase, 1)).isEqualTo(1_010);
    }

    @Test
    void anotherSubNumberIsAnotherCall() throws Exception {
        points.add(TRACE, SUB, Order.of(10));
        points.add(TRACE, new SubNumber(4), Order.of(10));

        assertThat(two.balance(two.paymentsDatabase, 1)).isEqualTo(1_020);
    }

    @Test
    void theSameNumbersForSomethingElseAreRefused() throws Exception {
        points.add(TRACE, SUB, Order.of(10));

        assertThatThrownBy(() -> points.add(TRACE, SUB, Order.of(11)))
                .asInstanceOf(type(RefusedException.class))
                .returns(OutcomeCode.TRACE_CONTENT_DIFFERS, RefusedException::code);
        assertThat(two.balance(two.paymentsDatabase, 1)).isEqualTo(1_010);
    }

    @Test
    void twoMethodsDoNotAnswerForEachOther() throws Exception {
        points.add(TRACE, SubNumber.OWN, Order.of(10));

        assertThatThrownBy(() -> points.clear(TRACE, 1))
                .asInstanceOf(type(RefusedException.class))
                .returns(OutcomeCode.TRACE_CONTENT_DIFFERS, RefusedException::code);
    }

    @Test
    void aRefusalForABusinessReasonIsGivenAgainToo() {
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> points.clear(TRACE, 1))
                    .asInstanceOf(type(RefusedException.class))
                    .returns(OutcomeCode.ACCOUNT_BUSY, RefusedException::code);
        }
    }

    @Test
    void whatFailedLeavesNothingAndMayBeTriedAgain() throws Exception {
        assertThatThrownBy(() -> points.add(TRACE, SUB, Order.of(13)))
                .isInstanceOf(IOException.class);
        assertThat(two.balance(two.paymentsDatabase, 1)).isEqualTo(1_000);

        assertThat(points.add(TRACE, SUB, Order.of(10)).text()).isEqualTo("balance 1010");
    }

    @Test
    void callsAtTheSameTimeHaveOneEffectAndOneAnswer() throws Exception {
        List<Callable<String>> calls =
                IntStream.range(0, 20)
                        .<Callable<String>>mapToObj(
                                i -> () -> points.add(TRACE, SUB, Order.of(10)).text())
                        .toList();

        for (Future<String> each : two.executor.invokeAll(calls)) {
            assertThat(each.get()).isEqualTo("balance 1010");
        }
        assertThat(two.balance(two.paymentsDatabase, 1)).isEqualTo(1_010);
    }

    @Test
    void aCommitWhoseAnswerWasLostIsUnknownAndTheSameCallFindsTheTruth() throws Exception {
        LosingAnswers losing = new LosingAnswers(two.paymentsDatabase);
        losing.loseNext("feiqian_answer");
        Points unlucky = Once.over(losing.dataSource()).answering(Points.class, Book::new);

        assertThatThrownBy(() -> unlucky.add(TRACE, SUB, Order.of(10)))
                .isInstanceOf(UnknownOutcomeException.class);
        assertThat(unlucky.add(TRACE, SUB, Order.of(10)).text()).isEqualTo("balance 1010");
    }

    @Test
    @SuppressWarnings("NullAway") // a caller without it
    void anAbsentArgumentIsRefused() {
        assertThatThrownBy(() -> points.add(TRACE, SUB, null))
                .asInstanceOf(type(RefusedException.class))
                .returns(OutcomeCode.MISSING_FIELD, RefusedException::code);
    }

    @Test
    void whatCannotBeAnsweredOnceIsSaidAtTheStart() {
        Once once = Once.over(two.paymentsDatabase);

        assertThatThrownBy(() -> once.answering(Unmarked.class, connection -> null))
                .hasMessageContaining("expected: @Idempotent");
        assertThatThrownBy(() -> once.answering(WithoutTrace.class, connection -> null))
                .hasMessageContaining("expected: a TraceNumber");
        assertThatThrownBy(() -> once.answering(Inexact.class, connection -> null))
                .hasMessageContaining("argument 1", "double (expected: text");
        assertThatThrownBy(() -> once.answering(Book.class, connection -> null))
                .hasMessageContaining("expected: an interface");
        assertThatThrownBy(() -> once.answering(Endless.class, connection -> null))
                .hasMessageContaining("inside itself");
    }

    interface Unmarked {
        void add(TraceNumber trace);
    }

    interface WithoutTrace {
        @Idempotent("add")
        void add(long amount);
    }

    interface Inexact {
        @Idempotent("add")
        void add(TraceNumber trace, double amount);
    }

    interface Endless {
        @Idempotent("add")
        Chain add(TraceNumber trace);
    }

    record Chain(Optional<Chain> next) {}
}
