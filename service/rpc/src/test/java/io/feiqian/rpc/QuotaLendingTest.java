package io.feiqian.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.governance.Admitted;
import io.feiqian.governance.CallFacts;
import io.feiqian.governance.Governance;
import io.feiqian.governance.GovernanceSetup;
import io.feiqian.governance.Lender;
import io.feiqian.governance.Side;
import io.feiqian.registry.Document;
import io.feiqian.registry.ZooKeeperConfig;
import io.feiqian.registry.ZooKeeperRegistry;
import io.feiqian.registry.ZooKeeperServer;
import io.feiqian.registry.spi.Registry;
import io.feiqian.rpc.contract.BorrowRequest;
import io.feiqian.rpc.contract.BorrowResponse;
import io.feiqian.rpc.contract.QuotaLendingGrpc;
import io.feiqian.rpc.contract.QuotaQuestion;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.ManualTimer;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.SettableClock;
import io.feiqian.runtime.Timer;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Requirement;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Quotas of several processes over a real registry and real connections; only time is the test's.
 * Each node wants more than there is at every moment, so what all of them did is what they might.
 */
@Timeout(120)
class QuotaLendingTest {
    private static final double QUOTA = 100;
    private static final double WITHOUT = 5;
    private static final int MOST_CALLS = 1_000;
    private static final Duration STEP = Duration.ofMillis(50);

    /** What a new lender waits for at most, with leases of ten seconds. */
    private static final Duration WAIT = Duration.ofSeconds(18);

    private final SettableClock clock = new SettableClock(Instant.parse("2026-01-05T00:00:00Z"));
    private final ManualTimer time = new ManualTimer(clock);
    private final Timer real = Timer.system("quota-lending-test");
    private final List<AutoCloseable> open = new ArrayList<>();
    private final List<Node> nodes = new ArrayList<>();
    private final ZooKeeperServer zooKeeper;
    private int started;

    QuotaLendingTest(@TempDir Path folder) throws IOException {
        this.zooKeeper =
                ZooKeeperServer.start(ZooKeeperServer.Config.alone(folder, "127.0.0.1", 0));
    }

    /** A process that may lend. */
    private final class Host {
        final Registry registry = connect();
        final QuotaLender lender = new QuotaLender(clock, time, Randomness.secure());
        final Governance serving = Governance.of(GovernanceSetup.at(Side.PROVIDER).with(clock));
        final RpcServer server =
                RpcServer.builder(RpcServerConfig.loopback(0), Clock.system())
                        .rules(new GovernedCalls(serving, time, Randomness.seeded(1)))
                        .add(lender)
                        .build()
                        .start();
        final Endpoint endpoint = new Endpoint("host-" + ++started, "127.0.0.1", server.port());

        Host() {
            open.add(this::kill);
            lender.stand(registry, endpoint);
        }

        /** As when its machine is switched off: nothing is handed over. */
        void kill() {
            server.stop(Duration.ZERO);
            registry.close();
        }

        Optional<Long> term() {
            return lender.term();
        }
    }

    /** A process with calls under the quota. */
    private final class Node {
        final String name = "node-" + ++started;
        final Registry registry = connect();
        final QuotaBorrower borrower =
                QuotaSnippets.borrower(name, registry, clock, time, Randomness.seeded(started));
        final Governance governance = QuotaSnippets.policies(borrower, clock);
        long done;

        Node() {
            open.add(registry);
            open.add(borrower);
            nodes.add(this);
            assertThat(governance.publish(policies(1, QUOTA)).isAccepted()).isTrue();
        }

        /** Makes calls until it is refused. */
        void work() {
            for (int i = 0;
                    i < MOST_CALLS && governance.decide(CallFacts.of("s", "m")) instanceof Admitted;
                    i++) {
                done++;
            }
        }

        String state() {
            return governance.report().policies().getFirst().state();
        }
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
        time.close();
        real.close();
        zooKeeper.close();
    }

    @Requirement({"P6.2.3-c", "P6.2.2.5-h"})
    @Test
    void twoNodesShareAQuotaAndTogetherUseAllOfItAndNoMore() {
        Host host = new Host();
        Node one = new Node();
        Node two = new Node();
        assertThat(one.state()).isEqualTo("share 5.000 a second, never leased");
        run(Duration.ofSeconds(5));
        assertThat(one.done).isBetween(20L, 30L);
        leased(host);
        run(Duration.ofSeconds(30));

        long before = done();
        run(Duration.ofMinutes(1));
        assertThat(done() - before).isBetween(5_800L, 6_015L);
        assertThat(one.done).isGreaterThan(2_000);
        assertThat(two.done).isGreaterThan(2_000);
        assertThat(one.state()).matches("share \\d+\\.\\d+ a second, leased for \\d+ s");
    }

    @Requirement("P6.2.3-c")
    @Test
    void withTheLenderKilledTheNodesGoOnWithWhatTheyHaveAndStayWithinTheQuota() {
        Host host = new Host();
        Node one = new Node();
        new Node();
        leased(host);
        run(Duration.ofSeconds(30));
        host.kill();
        run(Duration.ofMinutes(1));

        long before = done();
        run(Duration.ofMinutes(2));
        assertThat(done() - before).isBetween(11_600L, 12_015L);
        assertThat(one.state()).matches("share \\S+ a second, its lease passed \\d+ s ago");
    }

    @Requirement("P6.2.3-c")
    @Test
    void aNewLenderAddsNothingToWhatTheDeadOnePromised() {
        Host first = new Host();
        Host second = new Host();
        Node one = new Node();
        new Node();
        until(() -> first.term().isPresent() || second.term().isPresent());
        Host old = first.term().isPresent() ? first : second;
        Host next = old == first ? second : first;
        leased(old);
        run(Duration.ofSeconds(30));

        old.kill();
        until(() -> next.term().isPresent());
        assertThat(next.term().orElseThrow()).isEqualTo(2);
        // Somebody new comes, who wants a share at once.
        Node late = new Node();
        long before = done();
        // Until the new one may lend: the old shares, and what the policy gives without a lease.
        run(Duration.ofSeconds(10));
        assertThat(done() - before).isLessThanOrEqualTo(1_000 + 50 + 20);
        assertThat(late.state()).contains("never leased");
        assertThat(one.state()).contains("share");

        run(WAIT.plusSeconds(30));
        before = done();
        run(Duration.ofMinutes(1));
        assertThat(done() - before).isBetween(5_800L, 6_020L);
        assertThat(late.state()).contains("leased for");
    }

    @Test
    void whoWasReplacedLendsNothingThoughNobodyToldIt() {
        Host host = new Host();
        until(() -> host.term().isPresent());
        clock.advance(WAIT);
        assertThat(ask(host, 0, 1).getLeasesCount()).isEqualTo(1);

        // Another one was elected, as far as the registry knows.
        Registry registry = connect();
        open.add(registry);
        Document found = registry.fetch(LendingRecord.DOCUMENT).join().orElseThrow();
        var taken =
                registry.publish(
                                LendingRecord.DOCUMENT,
                                found.version(),
                                new LendingRecord(9, "another", Duration.ofSeconds(10)).text())
                        .join();
        assertThat(taken).isInstanceOf(io.feiqian.registry.Publication.Published.class);
        clock.advance(Lender.PROOF);

        BorrowResponse answer = ask(host, 0, 2);
        assertThat(answer.getLeasesCount()).isZero();
        assertThat(answer.getOutcome().getCode())
                .isEqualTo(OutcomeCode.SERVICE_UNAVAILABLE.number());
        // It is the one that the election chose, so it takes a newer term, and waits.
        time.advance(Duration.ofSeconds(1));
        until(() -> host.term().equals(Optional.of(10L)));
        assertThat(ask(host, 0, 3).getLeasesCount()).isZero();
    }

    @Test
    void withTheRegistryDeadALenderLendsNoLongerThanItIsProvenAlone() {
        Host host = new Host();
        until(() -> host.term().isPresent());
        clock.advance(WAIT);
        assertThat(ask(host, 0, 1).getLeasesCount()).isEqualTo(1);
        zooKeeper.close();
        clock.advance(Lender.PROOF.minusSeconds(1));
        assertThat(ask(host, 0, 2).getLeasesCount()).isEqualTo(1);
        clock.advance(Duration.ofSeconds(2));
        assertThat(ask(host, 0, 3).getLeasesCount()).isZero();
    }

    @Test
    void aRegistryThatHasForgottenWhoLentIsToldByTheNodes() {
        Host host = new Host();
        until(() -> host.term().equals(Optional.of(1L)));
        ask(host, 50, 1);
        until(() -> host.term().equals(Optional.of(51L)));
        clock.advance(Duration.ofSeconds(10));
        assertThat(ask(host, 50, 2).getLeasesCount()).isZero();
        clock.advance(Duration.ofSeconds(8));
        assertThat(ask(host, 50, 3).getLeases(0).getTerm()).isEqualTo(51);
    }

    @Test
    void noPolicyKeepsTheSharesAwayThatPoliciesGoBy() {
        Host host = new Host();
        assertThat(
                        host.serving
                                .publish(
                                        "{\"version\": 1, \"policies\": [{\"id\": \"none\","
                                                + " \"version\": 1, \"side\": \"provider\", \"quota\":"
                                                + " {\"name\": \"q\", \"perSecond\": 9, \"withoutLease\":"
                                                + " 0}}]}")
                                .isAccepted())
                .isTrue();
        host.server.drain();
        Node one = new Node();
        leased(host);
        run(Duration.ofSeconds(10));
        assertThat(one.state()).contains("leased for");
    }

    @Test
    void aQuotaThatIsWithdrawnIsBorrowedNoMoreAndOneThatGrowsIsSharedAsItIsNow() {
        Host host = new Host();
        Node one = new Node();
        leased(host);
        assertThat(one.governance.publish("{\"version\": 2, \"policies\": []}").isAccepted())
                .isTrue();
        run(Duration.ofSeconds(15));
        assertThat(one.governance.publish(policies(3, 500)).isAccepted()).isTrue();
        run(Duration.ofSeconds(10));
        assertThat(one.state()).startsWith("share 500.000 a second, leased");
    }

    private Registry connect() {
        return ZooKeeperRegistry.start(
                new ZooKeeperConfig(
                        zooKeeper.address(),
                        Optional.empty(),
                        Duration.ofMillis(300),
                        Duration.ofSeconds(4),
                        Duration.ofSeconds(1)));
    }

    private static String policies(int version, double perSecond) {
        return ("{\"version\": %1$d, \"policies\": [{\"id\": \"q\", \"version\": %1$d, \"side\":"
                        + " \"caller\", \"quota\": {\"name\": \"q\", \"perSecond\": %2$f,"
                        + " \"withoutLease\": %3$f, \"lease\": \"10s\"}}]}")
                .formatted(version, perSecond, WITHOUT);
    }

    private static BorrowResponse ask(Host host, long term, long number) {
        Channels channels = new Channels(RpcClientConfig.DEFAULT);
        try {
            return QuotaLendingGrpc.newBlockingStub(channels.to(host.endpoint))
                    .borrow(
                            BorrowRequest.newBuilder()
                                    .addQuestions(
                                            QuotaQuestion.newBuilder()
                                                    .setQuota("q")
                                                    .setNode("test")
                                                    .setNumber(number)
                                                    .setWanted(10)
                                                    .setTerm(term)
                                                    .setPerSecond(QUOTA)
                                                    .setLengthNanos(10_000_000_000L))
                                    .build());
        } finally {
            channels.close();
        }
    }

    private long done() {
        return nodes.stream().mapToLong(each -> each.done).sum();
    }

    /** Lets time pass until every node has a share of this host's. */
    private void leased(Host host) {
        until(() -> host.term().isPresent());
        until(() -> {
            step();
            return nodes.stream().allMatch(each -> each.state().contains("leased for"));
        });
    }

    private void run(Duration length) {
        for (Duration passed = Duration.ZERO;
                passed.compareTo(length) < 0;
                passed = passed.plus(STEP)) {
            step();
        }
    }

    /** A moment passes, everybody works, and what is asked meanwhile is answered. */
    private void step() {
        time.advance(STEP);
        nodes.forEach(Node::work);
        until(() -> nodes.stream().noneMatch(each -> each.borrower.isAsking()));
    }

    private void until(BooleanSupplier condition) {
        for (int i = 0; i < 20_000; i++) {
            time.advance(Duration.ZERO);
            if (condition.getAsBoolean()) {
                return;
            }
            try {
                real.pause(Duration.ofMillis(1));
            } catch (InterruptedException stopped) {
                throw new AssertionError(stopped);
            }
        }
        throw new AssertionError(
                "not so after twenty seconds: " + nodes.stream().map(Node::state).toList());
    }
}
