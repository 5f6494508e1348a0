package io.feiqian.alarms.channels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.feiqian.runtime.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Short messages go by the installed gateway that the configuration names. */
@Timeout(60)
class SmsTest {
    private static final List<String> NUMBERS = List.of("+8613800138000", "+4915112345678");

    private Channels channels;

    @BeforeEach
    void open() throws Exception {
        TestGateway.forget();
        channels =
                new Channels(
                        Clock.system(),
                        new Limits(Duration.ofSeconds(1), Duration.ofMillis(700)),
                        SSLContext.getDefault());
    }

    @AfterEach
    void close() {
        TestGateway.forget();
        channels.close();
    }

    @Test
    void theGatewayGetsOneLineForAllNumbers() throws Exception {
        channels.open(new Sms("test-gateway", NUMBERS)).send(Notices.raised());
        assertThat(TestGateway.sent())
                .containsExactly(
                        "[+8613800138000, +4915112345678] [CRITICAL] confirms-wait: cell 0017 "
                                + "待处理 confirms wait for 3 minutes: 12 (expected: 0)");
    }

    @Test
    void whatIsLongIsCutToThreeParts() throws Exception {
        String text = "第\r\n一\u0007行 " + "账户余额不足".repeat(200);
        channels.open(new Sms("test-gateway", NUMBERS))
                .send(Notices.of(Notice.Kind.RAISED, "x".repeat(500), text));
        String sent = TestGateway.sent().getFirst().substring(NUMBERS.toString().length() + 1);
        assertThat(sent)
                .hasSize(201)
                .startsWith("[CRITICAL] confirms-wait: xxx")
                .contains("…", "第 一行 账户余额不足")
                .endsWith("…");
    }

    @Test
    void aGatewayThatIsNotInstalledIsAPermanentFailureThatNamesThoseThatAre() {
        NotDelivered failed = fail("other");
        assertThat(failed.permanent()).isTrue();
        assertThat(failed)
                .hasMessage("gateway: other (expected: one of [test-gateway])")
                .hasNoCause();
    }

    @Test
    void aGatewaysRefusalIsPassedOn() {
        TestGateway.before(() -> {
            throw NotDelivered.forGood("balance: 0 (expected: more)");
        });
        NotDelivered failed = fail("test-gateway");
        assertThat(failed.permanent()).isTrue();
        assertThat(failed).hasMessage("balance: 0 (expected: more)");
    }

    @Test
    void aGatewayThatBreaksIsAFailureForNowThatShowsWhereAndNoSecret() {
        TestGateway.before(() -> {
            throw new IllegalStateException("password hunter2");
        });
        NotDelivered failed = fail("test-gateway");
        assertThat(failed.permanent()).isFalse();
        assertThat(failed).hasMessage("failed: IllegalStateException").hasNoCause();
        assertThat(failed.getStackTrace()[0].getClassName()).isEqualTo(SmsTest.class.getName());
    }

    @Test
    void aGatewayThatHangsIsLeftAndInterrupted() throws Exception {
        CountDownLatch interrupted = new CountDownLatch(1);
        TestGateway.before(() -> {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException asked) {
                interrupted.countDown();
            }
        });
        NotDelivered failed = fail("test-gateway");
        assertThat(failed.permanent()).isFalse();
        assertThat(failed).hasMessage("answer: none (expected: within 700 ms)");
        interrupted.await();
    }

    private NotDelivered fail(String gateway) {
        return catchThrowableOfType(
                NotDelivered.class,
                () -> channels.open(new Sms(gateway, NUMBERS)).send(Notices.raised()));
    }
}
