package io.feiqian.rpcdubbo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.governance.Governance;
import io.feiqian.governance.PolicyReport;
import io.feiqian.participantdubbo.DubboRefusals;
import io.feiqian.registry.ZooKeeperServer;
import io.feiqian.runtime.CallContext;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Deadline;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Requirement;
import io.feiqian.vocabulary.SubNumber;
import io.feiqian.vocabulary.TraceNumber;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.dubbo.rpc.RpcContext;
import org.apache.dubbo.rpc.RpcException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real Dubbo applications that find each other in a real registry, with policies at both sides. */
@Timeout(120)
final class DubboCallsTest {
    private static final String SPAN = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    private static final TraceNumber TRACE = TraceNumber.parse("202601310001999000000000000000007");

    @TempDir Path folder;
    private final List<DubboNode> nodes = new ArrayList<>();
    private ZooKeeperServer registry;
    private int version;

    /** Answers at once, or as it is told. */
    private static final class Counter implements Teller {
        private final String name;
        private final AtomicInteger calls = new AtomicInteger();
        private volatile Optional<CallContext> context = Optional.empty();

        Counter(String name) {
            this.name = name;
        }

        @Override
        public String tell() {
            calls.incrementAndGet();
            context = DubboCalls.current();
            return name;
        }

        @Override
        public String obey(Map<String, String> order) throws SoldOutException {
            calls.incrementAndGet();
            return switch (order.getOrDefault("do", "")) {
                case "break" -> throw new IllegalStateException("broken");
                case "refuse" ->
                        throw DubboRefusals.exception(
                                new Outcome.Refused(OutcomeCode.ACCOUNT_FROZEN, "account: frozen"));
                case "sell" -> throw new SoldOutException();
                default -> name;
            };
        }

        @Override
        public Map<String, Object> price(String product) {
            throw new IllegalStateException("broken");
        }
    }

    @BeforeEach
    void start() throws IOException {
        registry =
                ZooKeeperServer.start(
                        ZooKeeperServer.Config.alone(folder.resolve("registry"), "127.0.0.1", 0));
    }

    @AfterEach
    void stop() {
        // Whoever came last calls the others, which wait for their callers to go.
        for (int i = nodes.size() - 1; i >= 0; i--) {
            nodes.get(i).close();
        }
        registry.close();
    }

    private DubboNode node(String name) {
        DubboNode node = new DubboNode(name, "127.0.0.1:" + registry.port(), folder);
        nodes.add(node);
        return node;
    }

    private void publish(Governance governance, String... policies) {
        version++;
        assertThat(
                        governance.publish(
                                "{\"version\": %d, \"policies\": [%s]}"
                                        .formatted(version, String.join(",", policies))))
                .isEqualTo(Outcome.accepted());
    }

    private static String applies(String method) {
        return " \"applies\": {\"service\": \"%s\", \"method\": \"%s\"},"
                .formatted(Teller.class.getName(), method);
    }

    private static OutcomeCode code(Runnable call) {
        try {
            call.run();
            return OutcomeCode.ACCEPTED;
        } catch (IllegalStateException failed) {
            return DubboRefusals.read(failed)
                    .map(Outcome.Refused::code)
                    .orElse(OutcomeCode.INTERNAL_ERROR);
        }
    }

    private static OutcomeCode obey(Teller teller, String what) {
        return code(() -> {
            try {
                teller.obey(Map.of("do", what));
            } catch (Teller.SoldOutException answered) {
                // An answer like any other.
            }
        });
    }

    private static DubboCallContext context(Duration remaining) {
        return DubboCallContext.until(Deadline.after(remaining, Clock.system()));
    }

    @Requirement("S.stack-2")
    @Test
    void traceNumberLabelTenantAndDeadlineTravelAlsoWhereAServiceCallsOn() {
        Counter last = new Counter("last");
        node("last").serving(Teller.class, last, Map.of());
        DubboNode between = node("between");
        Teller onwards = between.refer(Teller.class);
        AtomicBoolean anew = new AtomicBoolean();
        between.serving(
                Relay.class,
                () ->
                        anew.get()
                                ? DubboCalls.within(context(Duration.ofSeconds(5)), onwards::tell)
                                : onwards.tell(),
                Map.of());
        Relay relay = node("first").refer(Relay.class);

        DubboCallContext sent =
                context(Duration.ofSeconds(9))
                        .withTrace(TRACE)
                        .atStep(new SubNumber(3))
                        .labelled("release=b,ring=2")
                        .ofTenant("north")
                        .spanned(SPAN);

        String answer = DubboCalls.within(sent, relay::tell);

        assertThat(answer).isEqualTo("last");
        CallContext seen = last.context.orElseThrow();
        assertThat(seen.trace()).contains(TRACE);
        assertThat(seen.subNumber()).isEqualTo(new SubNumber(3));
        assertThat(seen.grayLabel()).isEqualTo("release=b,ring=2");
        assertThat(seen.tenant()).isEqualTo("north");
        assertThat(seen)
                .isInstanceOfSatisfying(
                        DubboCallContext.class,
                        each -> assertThat(each.traceparent()).isEqualTo(SPAN));
        assertThat(seen.deadline().remaining()).isLessThan(Duration.ofSeconds(9));
        assertThat(DubboCalls.current()).isEmpty();

        // Work of its own that a service does meanwhile is not the caller's.
        anew.set(true);
        DubboCalls.within(sent, relay::tell);
        CallContext next = last.context.orElseThrow();
        assertThat(next.trace()).isEmpty();
        assertThat(next.grayLabel()).isEmpty();
        assertThat(next.tenant()).isEmpty();
    }

    /** A service between two others. */
    @FunctionalInterface
    public interface Relay {
        /** Says what the next one says. */
        String tell();
    }

    @Test
    void whatCannotBeReadIsRefusedBeforeTheMethodBegins() {
        Counter counter = new Counter("one");
        node("one").serving(Teller.class, counter, Map.of());
        // As somebody calls who has no library.
        Teller teller = node("plain").refer(Teller.class, "-feiqian-calling");

        assertThat(refused(teller, ContextAttachments.TRACE, "20260131"))
                .isEqualTo(OutcomeCode.INVALID_TRACE_NUMBER);
        assertThat(refused(teller, ContextAttachments.SUB_NUMBER, "first"))
                .isEqualTo(OutcomeCode.MALFORMED_REQUEST);
        assertThat(refused(teller, ContextAttachments.GRAY_LABEL, "release=b;"))
                .isEqualTo(OutcomeCode.MALFORMED_REQUEST);
        assertThat(refused(teller, ContextAttachments.TENANT, 4711))
                .isEqualTo(OutcomeCode.MALFORMED_REQUEST);
        assertThat(counter.calls).hasValue(0);
        assertThat(teller.tell()).isEqualTo("one");
    }

    private static OutcomeCode refused(Teller teller, String name, Object value) {
        RpcContext.getClientAttachment().setObjectAttachment(name, value);
        return code(teller::tell);
    }

    @Test
    void noCallGoesOnAfterItsDeadline() {
        Counter counter = new Counter("one");
        DubboNode one = node("one").serving(Teller.class, counter, Map.of());
        Teller teller = node("consumer").refer(Teller.class);
        assertThat(teller.tell()).isEqualTo("one");
        // Nobody answers any more.
        publish(
                one.serving,
                "{\"id\": \"silent\", \"version\": 1, \"side\": \"provider\","
                        + " \"fault\": {\"percent\": 100, \"abort\": true}}");

        long begun = Clock.system().nanos();
        assertThatThrownBy(() -> DubboCalls.within(context(Duration.ofMillis(700)), teller::tell))
                .isInstanceOfSatisfying(
                        RpcException.class, failed -> assertThat(failed.isTimeout()).isTrue());
        // The reference's own timeout is 20 seconds.
        assertThat(Duration.ofNanos(Clock.system().nanos() - begun))
                .isBetween(Duration.ofMillis(650), Duration.ofSeconds(10));

        assertThat(code(() -> DubboCalls.within(context(Duration.ZERO), teller::tell)))
                .isEqualTo(OutcomeCode.DEADLINE_EXPIRED);
        assertThat(counter.calls).hasValue(1);
    }

    @Requirement({"S.stack-2", "P6.2.3-c"})
    @Test
    void aRateLimitIsInForceFromItsPublicationAndGoneWithItsWithdrawal() {
        DubboNode one = node("one").serving(Teller.class, new Counter("one"), Map.of());
        Teller teller = node("consumer").refer(Teller.class);
        publish(
                one.serving,
                "{\"id\": \"slow\", \"version\": 1, \"side\": \"provider\","
                        + applies("tell")
                        + " \"rate\": {\"perSecond\": 0.001, \"burst\": 2}}");

        assertThat(IntStream.range(0, 4).mapToObj(i -> code(teller::tell)))
                .containsExactly(
                        OutcomeCode.ACCEPTED,
                        OutcomeCode.ACCEPTED,
                        OutcomeCode.RATE_LIMITED,
                        OutcomeCode.RATE_LIMITED);
        PolicyReport report = one.serving.report().policies().getFirst();
        assertThat(report.admitted()).isEqualTo(2);
        assertThat(report.refused()).isEqualTo(2);

        publish(one.serving);
        assertThat(code(teller::tell)).isEqualTo(OutcomeCode.ACCEPTED);
    }

    @Test
    void whoIsNotOnTheListAndWhatIsNotAsTheSchemaSaysIsNotServed() {
        Counter counter = new Counter("one");
        DubboNode one = node("one").serving(Teller.class, counter, Map.of());
        publish(
                one.serving,
                "{\"id\": \"batch-only\", \"version\": 1, \"side\": \"provider\","
                        + applies("tell")
                        + " \"access\": {\"allowCallers\": [\"batch\"]}}",
                "{\"id\": \"orders\", \"version\": 1, \"side\": \"provider\","
                        + applies("obey")
                        + " \"schema\": {\"check\": true,"
                        + " \"fields\": {\"0.do\": {\"pattern\": \"[a-z]+\"}}}}");

        assertThat(code(node("batch").refer(Teller.class)::tell)).isEqualTo(OutcomeCode.ACCEPTED);
        Teller other = node("other").refer(Teller.class);
        assertThat(code(other::tell)).isEqualTo(OutcomeCode.NOT_PERMITTED);
        assertThat(obey(other, "NOTHING")).isEqualTo(OutcomeCode.AGAINST_SCHEMA);
        assertThat(obey(other, "nothing")).isEqualTo(OutcomeCode.ACCEPTED);
        assertThat(counter.calls).hasValue(2);
    }

    @Requirement({"S.stack-2", "P6.2.3-d"})
    @Test
    void anOpenBreakerSparesTheServiceAndTheFallbackAnswers() {
        Counter counter = new Counter("one");
        node("one").serving(Teller.class, counter, Map.of());
        DubboNode consumer = node("consumer");
        Teller teller = consumer.refer(Teller.class);
        String breaker =
                "{\"id\": \"breaker\", \"version\": 1, \"side\": \"caller\", \"breaker\":"
                        + " {\"failures\": 0.5, \"window\": \"60s\", \"minimumCalls\": 4,"
                        + " \"openFor\": \"60s\", \"probes\": 1}}";
        publish(consumer.calling, breaker);

        // What the business refuses is no failure, however it is said.
        for (int i = 0; i < 4; i++) {
            assertThat(obey(teller, "refuse")).isEqualTo(OutcomeCode.ACCOUNT_FROZEN);
            assertThat(obey(teller, "sell")).isEqualTo(OutcomeCode.ACCEPTED);
        }
        for (int i = 0; i < 8; i++) {
            assertThat(obey(teller, "break")).isEqualTo(OutcomeCode.INTERNAL_ERROR);
        }
        assertThat(obey(teller, "nothing")).isEqualTo(OutcomeCode.CIRCUIT_OPEN);
        assertThat(counter.calls).hasValue(16);

        publish(
                consumer.calling,
                breaker,
                "{\"id\": \"price\", \"version\": 1, \"side\": \"caller\","
                        + applies("price")
                        + " \"degrade\": {\"when\": [\"breaker\"],"
                        + " \"instead\": {\"answer\": {\"amount\": 12, \"sure\": false}}}}");
        assertThat(teller.price("tea")).containsEntry("amount", 12).containsEntry("sure", false);
        assertThat(obey(teller, "nothing")).isEqualTo(OutcomeCode.CIRCUIT_OPEN);
    }

    @Test
    void everyCallThatEndsMakesRoomForTheNextHoweverItEnds() throws Exception {
        CountDownLatch began = new CountDownLatch(1);
        CountDownLatch hold = new CountDownLatch(1);
        Counter counter = new Counter("one");
        DubboNode one = node("one").serving(Teller.class, counter, Map.of());
        one.serving(
                Relay.class,
                () -> {
                    began.countDown();
                    try {
                        hold.await();
                    } catch (InterruptedException stopped) {
                        Thread.currentThread().interrupt();
                    }
                    return "held";
                },
                Map.of());
        publish(
                one.serving,
                "{\"id\": \"single\", \"version\": 1, \"side\": \"provider\","
                        + " \"concurrency\": {\"most\": 1}}");
        DubboNode consumer = node("consumer");
        Teller teller = consumer.refer(Teller.class);
        Relay relay = consumer.refer(Relay.class);

        Thread first = Thread.ofPlatform().start(relay::tell);
        began.await();
        assertThat(code(teller::tell)).isEqualTo(OutcomeCode.CONCURRENCY_LIMITED);
        hold.countDown();
        first.join();

        assertThat(obey(teller, "break")).isEqualTo(OutcomeCode.INTERNAL_ERROR);
        assertThat(obey(teller, "sell")).isEqualTo(OutcomeCode.ACCEPTED);
        assertThat(code(teller::tell)).isEqualTo(OutcomeCode.ACCEPTED);
    }

    @Test
    void callsBeyondALimitWaitTheirTurn() {
        DubboNode one = node("one").serving(Teller.class, new Counter("one"), Map.of());
        publish(
                one.serving,
                "{\"id\": \"queue\", \"version\": 1, \"side\": \"provider\","
                        + applies("tell")
                        + " \"rate\": {\"perSecond\": 20, \"burst\": 1,"
                        + " \"excess\": {\"queue\": {\"most\": 5, \"longest\": \"10s\"}}}}");
        Teller teller = node("consumer").refer(Teller.class);

        assertThat(IntStream.range(0, 4).mapToObj(i -> code(teller::tell)))
                .containsOnly(OutcomeCode.ACCEPTED);
        assertThat(one.serving.report().policies().getFirst().queued()).isPositive();
    }

    @Requirement("S.stack-2")
    @Test
    void aLabelledCallGoesToItsInstancesAndEverythingElseToTheBase() {
        Counter base = new Counter("base");
        Counter gray = new Counter("gray");
        node("base").serving(Teller.class, base, Map.of());
        DubboNode b = node("gray").serving(Teller.class, gray, Map.of("feiqian.release", "b"));
        DubboNode consumer = node("consumer");
        Teller teller = consumer.refer(Teller.class);
        while (base.calls.get() == 0 || gray.calls.get() == 0) {
            teller.tell();
        }
        publish(
                consumer.calling,
                "{\"id\": \"release-b\", \"version\": 1, \"side\": \"caller\","
                        + " \"applies\": {\"service\": \"%s\"},".formatted(Teller.class.getName())
                        + " \"route\": {\"rules\":"
                        + " [{\"labels\": {\"release\": \"b\"}, \"to\": {\"release\": \"b\"}}]}}");
        DubboCallContext labelled = context(Duration.ofSeconds(60)).labelled("release=b");

        for (int i = 0; i < 20; i++) {
            assertThat(DubboCalls.within(labelled, teller::tell)).isEqualTo("gray");
            assertThat(teller.tell()).isEqualTo("base");
        }
        // Where there is no such instance any more, the base is better than nothing.
        b.close();
        nodes.remove(b);
        assertThat(DubboCalls.within(labelled, teller::tell)).isEqualTo("base");
    }
}
