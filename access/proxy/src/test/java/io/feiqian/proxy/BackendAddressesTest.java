package io.feiqian.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.runtime.SettableClock;
import io.feiqian.vocabulary.Requirement;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** When names are asked for, and which of their addresses is next; nobody waits for a look-up. */
@Requirement("M6.3-5")
class BackendAddressesTest {
    private static final InetSocketAddress ONE = at("127.0.0.1");
    private static final InetSocketAddress TWO = at("127.0.0.2");
    private static final InetSocketAddress THREE = at("127.0.0.3");
    private static final Backend NAMED =
            new Backend("p", "b", InetSocketAddress.createUnresolved("b.test", 80), "");

    private final SettableClock clock = new SettableClock(Instant.parse("2026-01-31T10:00:00Z"));
    private final Deque<Runnable> aside = new ArrayDeque<>();
    private List<InetSocketAddress> known = List.of(ONE);
    private int asked;
    private final BackendAddresses addresses =
            new BackendAddresses(
                    clock,
                    (name, port) -> {
                        asked++;
                        if (known.isEmpty()) {
                            throw new UnknownHostException(name);
                        }
                        return known;
                    },
                    aside::add);

    @Test
    void whatIsAnAddressAlreadyAsksNobody() {
        Backend literal = new Backend("p", "b", ONE, "");
        assertThat(addresses.now(literal)).contains(ONE);
        assertThat(addresses.holds(literal, TWO)).isTrue();
        assertThat(asked).isZero();
    }

    @Test
    void aNameIsAskedForAsideAndAnewWhenItsAnswerIsOld() {
        assertThat(addresses.now(NAMED)).isEmpty();
        CompletableFuture<InetSocketAddress> first = addresses.of(NAMED);
        assertThat(first).isNotDone();
        lookUp();
        assertThat(first).isCompletedWithValue(ONE);

        known = List.of(TWO);
        assertThat(addresses.now(NAMED)).contains(ONE);
        clock.advance(Duration.ofSeconds(6));
        assertThat(addresses.now(NAMED)).as("nobody waits for the new answer").contains(ONE);
        lookUp();
        assertThat(addresses.now(NAMED)).contains(TWO);
        assertThat(addresses.holds(NAMED, ONE)).as("a connection from before").isFalse();
        assertThat(addresses.holds(NAMED, TWO)).isTrue();
        assertThat(asked).isEqualTo(2);
    }

    @Test
    void whatIsNotAnsweredAnyMoreStaysAsItWas() {
        var _ = addresses.now(NAMED);
        lookUp();
        known = List.of();
        for (int i = 0; i < 5; i++) {
            clock.advance(Duration.ofSeconds(6));
            assertThat(addresses.now(NAMED)).contains(ONE);
            lookUp();
        }
        assertThat(asked).isEqualTo(6);
        known = List.of(TWO);
        clock.advance(Duration.ofSeconds(6));
        var _ = addresses.now(NAMED);
        lookUp();
        assertThat(addresses.now(NAMED)).contains(TWO);
    }

    @Test
    void whoWaitsForANameThatLeadsNowhereIsTold() {
        known = List.of();
        CompletableFuture<InetSocketAddress> nowhere = addresses.of(NAMED);
        lookUp();
        assertThatThrownBy(nowhere::join).hasRootCauseInstanceOf(UnknownHostException.class);
        known = List.of(ONE);
        CompletableFuture<InetSocketAddress> later = addresses.of(NAMED);
        lookUp();
        assertThat(later).isCompletedWithValue(ONE);
    }

    @Test
    void addressesTakeTurnsAndOneThatIsNotReachedIsPassedOverForAWhile() {
        known = List.of(ONE, TWO, THREE);
        var _ = addresses.now(NAMED);
        lookUp();
        assertThat(next(6)).containsExactlyInAnyOrder(ONE, TWO, THREE, ONE, TWO, THREE);

        addresses.unreached(NAMED, TWO);
        assertThat(next(6)).contains(ONE, THREE).doesNotContain(TWO);
        assertThat(addresses.hasOther(NAMED)).isTrue();
        addresses.unreached(NAMED, ONE);
        addresses.unreached(NAMED, THREE);
        assertThat(addresses.hasOther(NAMED)).isFalse();
        assertThat(next(3)).as("one of them all the same").hasSize(3);

        clock.advance(Duration.ofSeconds(11));
        assertThat(next(6)).contains(ONE, TWO, THREE);
    }

    private List<InetSocketAddress> next(int many) {
        List<InetSocketAddress> all = new ArrayList<>();
        for (int i = 0; i < many; i++) {
            all.add(addresses.now(NAMED).orElseThrow());
        }
        return all;
    }

    private void lookUp() {
        while (!aside.isEmpty()) {
            aside.remove().run();
        }
    }

    private static InetSocketAddress at(String address) {
        return new InetSocketAddress(InetAddress.ofLiteral(address), 80);
    }
}
