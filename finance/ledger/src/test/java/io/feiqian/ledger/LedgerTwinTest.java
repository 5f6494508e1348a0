package io.feiqian.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.runtime.Randomness;
import io.feiqian.storage.Answer;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Requirement;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The books against their naive twin: the same answers to any commands in any batches. */
@Requirement("D7.2-a")
final class LedgerTwinTest {
    private static final LedgerRules RULES = new LedgerRules(5, 1);
    private static final int RUNS = Boolean.getBoolean("feiqian.long") ? 3_000 : 300;

    @Test
    void sameAnswersAndSameBalancesWhateverTheBatches() {
        Set<OutcomeCode> seen = EnumSet.noneOf(OutcomeCode.class);
        Set<String> effects = new HashSet<>();
        for (long seed = 1; seed <= RUNS; seed++) {
            run(seed, seen, effects);
        }
        assertThat(seen)
                .as("a generator that never meets a rule proves nothing about it")
                .contains(
                        OutcomeCode.ACCEPTED,
                        OutcomeCode.UNKNOWN_ACCOUNT,
                        OutcomeCode.CURRENCY_MISMATCH,
                        OutcomeCode.ACCOUNT_CLOSED,
                        OutcomeCode.ACCOUNT_FROZEN,
                        OutcomeCode.ACCOUNT_NOT_EMPTY,
                        OutcomeCode.ACCOUNT_BUSY,
                        OutcomeCode.INSUFFICIENT_FUNDS,
                        OutcomeCode.BALANCE_OVERFLOW,
                        OutcomeCode.NOT_REVERSIBLE,
                        OutcomeCode.REVERSAL_EXCEEDS_ORIGINAL,
                        OutcomeCode.UNKNOWN_TRANSACTION,
                        OutcomeCode.TRACE_CONTENT_DIFFERS,
                        OutcomeCode.TRACE_EXPIRED,
                        OutcomeCode.TRACE_IN_FUTURE,
                        OutcomeCode.TRACE_NOT_AT_HOME,
                        OutcomeCode.DAY_CLOSED,
                        OutcomeCode.HOLD_ENDED,
                        OutcomeCode.UNKNOWN_HOLD,
                        OutcomeCode.CONTRADICTION,
                        OutcomeCode.ALREADY_EXISTS);
        assertThat(effects).as("kinds of effects").hasSize(5);
    }

    private static void run(long seed, Set<OutcomeCode> seen, Set<String> effects) {
        Randomness random = Randomness.seeded(seed);
        CommandGenerator generator = new CommandGenerator(random);
        RowStore store = new RowStore(Commands.CELL, RULES, Commands.DAY);
        NaiveLedger twin = new NaiveLedger(Commands.CELL, RULES, Commands.DAY);
        for (int round = 0; round < 40; round++) {
            if (random.nextInt(6) == 0) {
                generator.today = generator.today.plusDays(1);
                store.today = generator.today;
                twin.today = generator.today;
                store.closedThrough = generator.today.plusDays(-1 - random.nextInt(2));
                twin.closedThrough = store.closedThrough;
            }
            List<LedgerCommand> batch = new ArrayList<>();
            for (int i = random.nextInt(12); i >= 0; i--) {
                batch.add(generator.next());
            }
            List<Answer> answers = store.commit(batch);
            for (int i = 0; i < batch.size(); i++) {
                NaiveLedger.Said expected = twin.ask(batch.get(i));
                assertThat(said(answers.get(i)))
                        .as("seed %d, round %d: %s", seed, round, batch.get(i))
                        .isEqualTo(expected);
                seen.add(expected.code());
                if (!expected.effect().isEmpty()) {
                    effects.add(expected.effect().substring(0, 4));
                }
            }
        }
        compare(seed, store, twin);
    }

    static NaiveLedger.Said said(Answer answer) {
        String effect = answer.value(LedgerEffect.class).map(LedgerTwinTest::describe).orElse("");
        return new NaiveLedger.Said(answer.code(), effect, answer.recorded());
    }

    private static String describe(LedgerEffect effect) {
        return switch (effect) {
            case Posted it ->
                    "moved %d from %s (%d) to %s (%d) on %s"
                            .formatted(
                                    it.amount().minor(),
                                    it.debit(),
                                    it.debitAfter(),
                                    it.credit(),
                                    it.creditAfter(),
                                    it.date());
            case LedgerEffect.Reserved it ->
                    "reserved " + it.amount() + " at " + it.account().number();
            case LedgerEffect.Released it -> "released";
            case LedgerEffect.Opened it -> "opened " + it.account();
            case LedgerEffect.StatusSet it -> "set " + it.account() + " " + it.status();
        };
    }

    private static void compare(long seed, RowStore store, NaiveLedger twin) {
        BigInteger total = BigInteger.ZERO;
        for (AccountRow row : store.accounts.values()) {
            assertThat(BigInteger.valueOf(row.balance()))
                    .as("seed %d: balance of %d", seed, row.id())
                    .isEqualTo(twin.balance(row.id()));
            assertThat(BigInteger.valueOf(row.held())).isEqualTo(twin.reserved(row.id(), false));
            assertThat(BigInteger.valueOf(row.pending())).isEqualTo(twin.reserved(row.id(), true));
            total = total.add(BigInteger.valueOf(row.balance()));
        }
        assertThat(total).as("seed %d: all balances together", seed).isZero();
        assertThat(store.journal.values())
                .as("every entry balances: one amount leaves one account and enters another")
                .allMatch(row -> row.entry() == 0 || row.debit() != row.credit());
    }
}
