package io.feiqian.vocabulary;

import static io.feiqian.vocabulary.Refusals.refused;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

@Requirement("D6.4-e")
class TraceNumberTest {
    @Test
    void oneNumberCarriesItsDateItsHomeItsChannelAndItsSerial() {
        TraceNumber trace =
                TraceNumber.of(BusinessDate.parse("2026-01-31"), new Slot(42), 7, 1_234_567_890L);
        assertThat(trace).hasToString("202601310042007000000001234567890");
        TraceNumber read = TraceNumber.parse(trace.toString());
        assertThat(read).isEqualTo(trace);
        assertThat(read.date()).isEqualTo(BusinessDate.parse("2026-01-31"));
        assertThat(read.dateNumber()).isEqualTo(20_260_131);
        assertThat(read.home()).isEqualTo(new Slot(42));
        assertThat(read.channel()).isEqualTo(7);
        assertThat(new TraceNumber(read.head(), read.serial())).isEqualTo(trace);
    }

    @Test
    void numbersOrderLikeTheirText() {
        Random random = new Random(7);
        TraceNumber before = any(random);
        for (int n = 0; n < 1_000; n++) {
            TraceNumber next = any(random);
            assertThat(Integer.signum(next.compareTo(before)))
                    .isEqualTo(Integer.signum(next.toString().compareTo(before.toString())));
            before = next;
        }
    }

    @Test
    void whatIsNoTraceNumberIsRefused() {
        String good = "202601310042007000000001234567890";
        for (String text :
                new String[] {
                    "",
                    good + "0",
                    good.substring(1),
                    good.replace("20260131", "20260230"),
                    good.replace("20260131", "20261301"),
                    good.replace("20260131", "18991231"),
                    good.replace("20260131", "00000000"),
                    good.replace("0042", "-042"),
                    good.replace("0042", "00 2"),
                    "\u0000".repeat(33)
                }) {
            refused(OutcomeCode.INVALID_TRACE_NUMBER, () -> TraceNumber.parse(text));
        }
        refused(OutcomeCode.INVALID_TRACE_NUMBER, () -> new TraceNumber(-1, 0));
        refused(OutcomeCode.INVALID_TRACE_NUMBER, () -> new TraceNumber(0, 0));
        refused(OutcomeCode.INVALID_TRACE_NUMBER, () -> new TraceNumber(Long.MAX_VALUE, 0));
        refused(
                OutcomeCode.INVALID_TRACE_NUMBER,
                () -> new TraceNumber(202_601_310_042_007L, 1_000_000_000_000_000_000L));
        BusinessDate day = BusinessDate.parse("20260131");
        refused(OutcomeCode.INVALID_TRACE_NUMBER, () -> TraceNumber.of(day, new Slot(0), 1_000, 0));
    }

    @Test
    void stepsOfOneTransactionHaveNumbersOfTheirOwn() {
        assertThat(SubNumber.OWN).hasToString("0000");
        assertThat(new SubNumber(12)).hasToString("0012").isGreaterThan(SubNumber.OWN);
        refused(OutcomeCode.MALFORMED_REQUEST, () -> new SubNumber(-1));
        refused(OutcomeCode.MALFORMED_REQUEST, () -> new SubNumber(10_000));
    }

    private static TraceNumber any(Random random) {
        return TraceNumber.of(
                BusinessDate.ofNumber(20_260_100 + 1 + random.nextInt(28)),
                new Slot(random.nextInt(Slot.COUNT)),
                random.nextInt(1_000),
                random.nextLong(1_000_000_000_000_000_000L));
    }
}
