package io.feiqian.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.transaction.Transactions.Execution;
import io.feiqian.vocabulary.Requirement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** Confirms for which nobody waits are sent together, and none of them is lost. */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GatheredConfirmsTest {
    private static final Duration NEVER = Duration.ofHours(1);
    private final TwoCells cells = new TwoCells();

    @BeforeEach
    void reset() {
        cells.reset();
    }

    @AfterAll
    void close() {
        cells.close();
    }

    @Test
    void confirmsWaitForOthersUntilTheyAreEnough() throws Exception {
        CellTransactions payer = gathering(0, NEVER, 3);

        List<Execution> two = List.of(pay(payer), pay(payer));
        for (Execution each : two) {
            assertThat(each.decided().get(20, TimeUnit.SECONDS).isAccepted()).isTrue();
        }
        assertThat(cells.payee.pending()).isEqualTo(2);
        Execution third = pay(payer);

        third.settled().get(20, TimeUnit.SECONDS);
        for (Execution each : two) {
            each.settled().get(20, TimeUnit.SECONDS);
        }
        assertThat(cells.payee.pending()).isZero();
        assertThat(cells.payee.balance(2)).isEqualTo(TwoCells.RICH + 3);
    }

    @Test
    void whatWaitsAloneGoesOnItsOwnAfterAWhile() throws Exception {
        CellTransactions payer = gathering(0, Duration.ofMillis(20), 1_000);

        for (int i = 0; i < 2; i++) {
            pay(payer).settled().get(20, TimeUnit.SECONDS);
        }

        assertThat(cells.payee.balance(2)).isEqualTo(TwoCells.RICH + 2);
    }

    @Test
    void whoeverWaitsForTheEndIsNotHeldUp() throws Exception {
        CellTransactions payer = gathering(0, NEVER, 1_000);

        payer.execute(cells.payment(cells.trace(), 1, 2, 1)).settled().get(20, TimeUnit.SECONDS);

        assertThat(cells.payee.balance(2)).isEqualTo(TwoCells.RICH + 1);
    }

    @Test
    void nothingIsHeldUpWithoutLoad() throws Exception {
        CellTransactions payer = gathering(2, NEVER, 1_000);

        pay(payer).settled().get(20, TimeUnit.SECONDS);

        assertThat(cells.payee.balance(2)).isEqualTo(TwoCells.RICH + 1);
    }

    @Requirement({"B11.2-b", "D7.1-c"})
    @Test
    void whatDiesWithItsInstanceIsConfirmedByAnother() throws Exception {
        CellTransactions payer = gathering(0, NEVER, 1_000);
        List<Execution> paid = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            paid.add(pay(payer));
        }
        for (Execution each : paid) {
            assertThat(each.decided().get(20, TimeUnit.SECONDS).isAccepted()).isTrue();
        }
        cells.network = TwoCells::lose;
        cells.payer.crash();
        assertThat(cells.payee.pending()).isEqualTo(5);
        cells.network = cells::deliver;
        cells.payer.run("update decision set decide_by = 0");

        assertThat(cells.payer.serving.recoverNow().get(20, TimeUnit.SECONDS)).isEqualTo(5);

        while (cells.payer.serving.unfinished() > 0) {
            cells.timer.pause(Duration.ofMillis(2));
        }
        assertThat(cells.payee.pending()).isZero();
        assertThat(cells.payee.balance(2)).isEqualTo(TwoCells.RICH + 5);
        assertThat(cells.money()).isEqualTo(TwoCells.allMoney());
    }

    @Test
    void anOrderlyEndSendsWhatIsHeld() throws Exception {
        CellTransactions payer = gathering(0, NEVER, 1_000);
        pay(payer).decided().get(20, TimeUnit.SECONDS);

        payer.close();

        while (cells.payee.pending() > 0) {
            cells.timer.pause(Duration.ofMillis(2));
        }
        assertThat(cells.payee.balance(2)).isEqualTo(TwoCells.RICH + 1);
    }

    private CellTransactions gathering(int from, Duration longest, int most) {
        return cells.payer.instance(
                TwoCells.SETTINGS.withGather(new GatherSettings(from, longest, most)));
    }

    private Execution pay(CellTransactions payer) {
        GlobalTransaction payment = cells.payment(cells.trace(), 1, 2, 1);
        return payer.execute(
                new GlobalTransaction(
                        payment.trace(),
                        payment.digest(),
                        payment.businessDate(),
                        payment.branches(),
                        payment.own(),
                        payment.decideWithin(),
                        payment.content(),
                        Settling.GATHERED));
    }
}
