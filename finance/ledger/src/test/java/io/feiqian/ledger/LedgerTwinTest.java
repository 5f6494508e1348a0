package io.feiqian.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.runtime.Randomness;
import io.feiqian.storage.Answer;
import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Currency;
import io.feiqian.vocabulary.Money;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Requirement;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The books against their naive twin: the same answers to any commands in any batches. */
@Requirement("D7.2-a")
final class LedgerTwinTest {
    private static final LedgerRules RULES = new LedgerRules(5, 1);
    private static final int RUNS = Boolean.getBoolean("feiqian.long") ? 3_000 : 300;

    /** Commands over few accounts and few numbers, so that everything meets everything. */
    private static final class Generator {
        private final Randomness random;
        private final List<AccountNumber> accounts = new ArrayList<>();
        private final List<LedgerCommand> sent = new ArrayList<>();
        private BusinessDate today = Commands.DAY;
        private long serial;

        private Generator(Randomness random) {
            this.random = random;
            for (int i = 0; i < 4; i++) {
                accounts.add(Commands.customer(i, i));
            }
            accounts.add(Commands.CASH);
            accounts.add(Commands.TO_PEER);
        }

        private LedgerCommand next() {
            LedgerCommand command =
                    switch (random.nextInt(20)) {
                        case 0, 1 -> open();
                        case 2 -> status();
                        case 3, 4, 5 -> sent.isEmpty() ? post() : again();
                        case 6, 7 -> reversal();
                        case 8, 9 -> hold();
                        case 10, 11 -> announce();
                        case 12, 13, 14 -> finish();
                        default -> post();
                    };
            sent.add(command);
            return command;
        }

        private AccountNumber account() {
            return accounts.get(random.nextInt(accounts.size()));
        }

        private long amount() {
            return switch (random.nextInt(12)) {
                case 0 -> Movement.LARGEST;
                case 1 -> Movement.LARGEST - random.nextInt(100);
                default -> 1 + random.nextInt(300);
            };
        }

        private TraceNumber trace(AccountNumber payer) {
            Slot home = random.nextInt(30) == 0 ? new Slot(77) : payer.slot();
            int age = random.nextInt(12) == 0 ? random.nextInt(12) - 3 : 0;
            return TraceNumber.of(today.plusDays(-age), home, 1, serial++);
        }

        private CellId initiator() {
            return random.nextInt(15) == 0 ? Commands.PEER : Commands.CELL;
        }

        private Movement movement() {
            AccountNumber debit = account();
            AccountNumber credit = account();
            while (credit.equals(debit)) {
                credit = account();
            }
            Currency currency = random.nextInt(25) == 0 ? Currency.CNY : Currency.CZK;
            return Movement.of(
                    EntryKind.TRANSFER, debit, credit, new Money(amount(), currency), "");
        }

        private Optional<BusinessDate> date() {
            return random.nextInt(3) == 0
                    ? Optional.of(today.plusDays(random.nextInt(4) - 2))
                    : Optional.empty();
        }

        private LedgerCommand open() {
            AccountNumber account = account();
            if (account.equals(Commands.TO_PEER)) {
                account = Commands.CASH;
            }
            boolean internal = account.kind().isInternal();
            return new LedgerCommand.OpenAccount(
                    EntryKey.own(trace(account)),
                    Commands.CELL,
                    1,
                    account,
                    internal ? 0 : 5,
                    random.nextInt(8) == 0 ? Currency.CNY : Currency.CZK,
                    internal ? 0 : random.nextInt(3) * 100L,
                    "");
        }

        private LedgerCommand status() {
            AccountNumber account = accounts.get(random.nextInt(5));
            AccountStatus status = AccountStatus.ofNumber(1 + random.nextInt(3));
            return new LedgerCommand.SetStatus(
                    EntryKey.own(trace(account)), Commands.CELL, 2, account, status);
        }

        private LedgerCommand post() {
            Movement movement = movement();
            int sub = random.nextInt(6) == 0 ? 1 : 0;
            return new LedgerCommand.Post(
                    EntryKey.branch(trace(movement.debit()), sub),
                    initiator(),
                    Commands.digest(movement),
                    movement,
                    date());
        }

        private LedgerCommand again() {
            LedgerCommand before = sent.get(random.nextInt(sent.size()));
            if (before instanceof LedgerCommand.Post it && random.nextInt(4) == 0) {
                return new LedgerCommand.Post(
                        it.key(), it.initiator(), it.digest() + 1, it.movement(), it.date());
            }
            return before;
        }

        private LedgerCommand reversal() {
            if (sent.isEmpty()) {
                return post();
            }
            if (!(sent.get(random.nextInt(sent.size())) instanceof LedgerCommand.Post it)) {
                return post();
            }
            boolean straight = random.nextInt(10) == 0;
            Movement was = it.movement();
            Movement back =
                    Movement.reversal(
                            it.key(),
                            straight ? was.debit() : was.credit(),
                            straight ? was.credit() : was.debit(),
                            new Money(
                                    1 + random.nextInt((int) Math.min(was.amount().minor(), 400)),
                                    was.amount().currency()),
                            "");
            return new LedgerCommand.Post(
                    EntryKey.own(trace(back.debit())),
                    Commands.CELL,
                    Commands.digest(back),
                    back,
                    Optional.empty());
        }

        private HoldKey holdKey(Movement movement) {
            boolean alone = random.nextInt(3) == 0;
            return new HoldKey(trace(movement.debit()), alone ? 0 : 1, alone ? 0 : 1);
        }

        private LedgerCommand hold() {
            Movement movement = movement();
            return new LedgerCommand.Hold(
                    holdKey(movement), Commands.PEER, Commands.digest(movement), movement, date());
        }

        private LedgerCommand announce() {
            Movement movement = movement();
            return new LedgerCommand.Announce(
                    holdKey(movement), Commands.PEER, Commands.digest(movement), movement, date());
        }

        private LedgerCommand finish() {
            for (int tries = 0; tries < 8 && !sent.isEmpty(); tries++) {
                LedgerCommand before = sent.get(random.nextInt(sent.size()));
                boolean confirm = random.nextInt(3) > 0;
                long off = random.nextInt(20) == 0 ? 1 : 0;
                if (before instanceof LedgerCommand.Hold it) {
                    return confirm
                            ? capture(it.key(), it.movement(), it.digest() + off)
                            : new LedgerCommand.Release(
                                    it.key(),
                                    it.movement().debit(),
                                    Commands.PEER,
                                    it.digest() + off);
                }
                if (before instanceof LedgerCommand.Announce it) {
                    return confirm
                            ? capture(it.key(), it.movement(), it.digest() + off)
                            : new LedgerCommand.Release(
                                    it.key(),
                                    it.movement().credit(),
                                    Commands.PEER,
                                    it.digest() + off);
                }
            }
            return post();
        }

        private LedgerCommand capture(HoldKey key, Movement movement, long digest) {
            return new LedgerCommand.Capture(
                    key,
                    EntryKey.branch(key.trace(), key.branch()),
                    Commands.PEER,
                    digest,
                    movement,
                    date());
        }
    }

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
        Generator generator = new Generator(random);
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

    private static NaiveLedger.Said said(Answer answer) {
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
