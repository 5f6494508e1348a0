package io.feiqian.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.feiqian.proxy.KeySource.As;
import io.feiqian.routing.Route;
import io.feiqian.routing.RouteMap;
import io.feiqian.routing.Routes;
import io.feiqian.routing.SlotRule;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.SettableClock;
import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Epoch;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.Requirement;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.SlotRange;
import io.feiqian.vocabulary.TraceNumber;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@Requirement({"D5.5-b", "D5.5-c"})
class MapCellsTest {
    private static final CellId ONE = new CellId(1);
    private static final CellId TWO = new CellId(2);
    private static final CellId THREE = new CellId(3);

    private final Routes routes = new Routes(RouteMap.evenly(3));
    private final SettableClock clock = new SettableClock(Instant.parse("2026-01-31T10:00:00Z"));
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private HttpServer server;
    private HttpDirectory directory;

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/keys",
                exchange -> {
                    String question =
                            new String(
                                    exchange.getRequestBody().readAllBytes(),
                                    StandardCharsets.UTF_8);
                    asked.add(question);
                    int status = question.contains("13800000000") ? 200 : 404;
                    if (question.contains("broken")) {
                        status = 500;
                    }
                    byte[] answer =
                            "{\"customer\":\"70000000000016\"}".getBytes(StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders(status, answer.length);
                    try (OutputStream out = exchange.getResponseBody()) {
                        out.write(answer);
                    }
                });
        server.start();
        directory =
                new HttpDirectory(
                        URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/keys"),
                        Duration.ofSeconds(10));
    }

    @AfterEach
    void stop() {
        directory.close();
        server.stop(0);
    }

    @Test
    void numbersThatCarryTheirSlotSayItAll() {
        MapCells cells = cells(SlotRule.hash());
        Slot slot = new Slot(7_000);
        String account = AccountNumber.of(slot, AccountNumber.Kind.CUSTOMER, 1).toString();
        String trace = TraceNumber.of(BusinessDate.parse("2026-01-31"), slot, 1, 1).toString();

        assertThat(owner(cells, As.ACCOUNT, account)).isEqualTo(THREE);
        assertThat(owner(cells, As.TRACE, trace)).isEqualTo(THREE);
        assertThat(owner(cells, As.SLOT, "7000")).isEqualTo(THREE);
        assertThat(owner(cells, As.CUSTOMER, "70000000000016")).isEqualTo(THREE);
        assertThat(asked).isEmpty();
    }

    @Test
    void aMapThatIsNewerCountsFromThenOn() {
        MapCells cells = cells(SlotRule.hash());
        assertThat(owner(cells, As.SLOT, "0007")).isEqualTo(ONE);
        routes.offer(routes.current().with(Route.open(SlotRange.of(0, 99), TWO, new Epoch(2))));
        assertThat(owner(cells, As.SLOT, "0007")).isEqualTo(TWO);
    }

    @Test
    void textGoesByWhateverRuleIsConfigured() {
        String key = "any text";
        CellId hashed = routes.route(SlotRule.hash().slot(key)).owner();
        assertThat(owner(cells(SlotRule.hash()), As.TEXT, key)).isEqualTo(hashed);

        SlotRule provinces =
                new SlotRule.Enumeration(
                        Map.of("east", new Slot(1), "west", new Slot(9_000)), Optional.empty());
        assertThat(owner(cells(provinces), As.TEXT, "east")).isEqualTo(ONE);
        assertThat(owner(cells(provinces), As.TEXT, "west")).isEqualTo(THREE);
        refused(cells(provinces), As.TEXT, "north", OutcomeCode.NO_ROUTE);

        SlotRule explicit = new SlotRule.Explicit(Map.of("vip", new Slot(4_000)), provinces);
        assertThat(owner(cells(explicit), As.TEXT, "vip")).isEqualTo(TWO);
    }

    @Test
    void whoseAPhoneIsTheDirectorySaysOnceInAWhile() {
        RememberedDirectory remembered = remembered(2);
        MapCells cells = new MapCells(routes, SlotRule.hash(), Optional.of(remembered));

        assertThat(owner(cells, As.PHONE, "13800000000")).isEqualTo(THREE);
        assertThat(owner(cells, As.PHONE, "13800000000")).isEqualTo(THREE);
        assertThat(asked).containsExactly("{\"as\":\"PHONE\",\"key\":\"13800000000\"}");

        clock.advance(Duration.ofMinutes(1));
        assertThat(owner(cells, As.PHONE, "13800000000")).isEqualTo(THREE);
        assertThat(asked).hasSize(2);
        assertThat(owner(cells, As.CARD, "13800000000")).isEqualTo(THREE);
        assertThat(asked).as("a card is no phone").hasSize(3);
    }

    @Test
    void nobodysKeyIsRefusedAndFoundOnceItIsSomebodys() {
        RememberedDirectory remembered = remembered(2);
        MapCells cells = new MapCells(routes, SlotRule.hash(), Optional.of(remembered));

        refused(cells, As.PHONE, "1", OutcomeCode.UNKNOWN_CUSTOMER);
        refused(cells, As.PHONE, "1", OutcomeCode.UNKNOWN_CUSTOMER);
        assertThat(asked).hasSize(1);
        clock.advance(Duration.ofSeconds(1));
        refused(cells, As.PHONE, "1", OutcomeCode.UNKNOWN_CUSTOMER);
        assertThat(asked).hasSize(2);
    }

    @Test
    void aDirectoryThatDoesNotAnswerIsToldFromNobody() {
        RememberedDirectory remembered = remembered(2);
        MapCells cells = new MapCells(routes, SlotRule.hash(), Optional.of(remembered));
        refused(cells, As.DOCUMENT, "broken", OutcomeCode.SERVICE_UNAVAILABLE);
        refused(cells, As.DOCUMENT, "broken", OutcomeCode.SERVICE_UNAVAILABLE);
        assertThat(asked).as("a failure is not remembered").hasSize(2);
        server.stop(0);
        refused(cells, As.DOCUMENT, "110101", OutcomeCode.SERVICE_UNAVAILABLE);
        refused(cells(SlotRule.hash()), As.PHONE, "1", OutcomeCode.NO_ROUTE);
    }

    @Test
    void whatWasKnownGoesOnWhileTheDirectoryIsDeadAndNotForEver() {
        RememberedDirectory remembered = remembered(10);
        MapCells cells = new MapCells(routes, SlotRule.hash(), Optional.of(remembered));
        assertThat(owner(cells, As.PHONE, "13800000000")).isEqualTo(THREE);
        refused(cells, As.PHONE, "1", OutcomeCode.UNKNOWN_CUSTOMER);
        server.stop(0);

        clock.advance(Duration.ofMinutes(30));
        assertThat(owner(cells, As.PHONE, "13800000000")).isEqualTo(THREE);
        refused(cells, As.PHONE, "1", OutcomeCode.SERVICE_UNAVAILABLE);
        refused(cells, As.PHONE, "13900000000", OutcomeCode.SERVICE_UNAVAILABLE);

        clock.advance(Duration.ofMinutes(30));
        refused(cells, As.PHONE, "13800000000", OutcomeCode.SERVICE_UNAVAILABLE);
    }

    @Test
    void whoDoesNotAnswerIsLeftAloneForAMoment() {
        AtomicInteger questions = new AtomicInteger();
        AtomicBoolean dead = new AtomicBoolean();
        RememberedDirectory remembered =
                new RememberedDirectory(
                        (as, key) -> {
                            questions.incrementAndGet();
                            return dead.get()
                                    ? CompletableFuture.failedFuture(new IOException("dead"))
                                    : CompletableFuture.completedFuture(
                                            Optional.of("70000000000016"));
                        },
                        10,
                        Duration.ofMinutes(1),
                        Duration.ofHours(1),
                        Duration.ofSeconds(1),
                        clock,
                        Randomness.seeded(1));
        assertThat(remembered.customerOf(As.PHONE, "1").join()).isPresent();
        dead.set(true);
        clock.advance(Duration.ofMinutes(2));

        assertThat(remembered.customerOf(As.PHONE, "1").join()).isPresent();
        assertThat(remembered.customerOf(As.PHONE, "1").join()).isPresent();
        assertThat(questions).hasValue(2);
        clock.advance(Duration.ofSeconds(5));
        assertThat(remembered.customerOf(As.PHONE, "1").join()).isPresent();
        assertThat(questions).hasValue(3);
    }

    @Test
    void onlySoManyKeysAreRemembered() {
        RememberedDirectory remembered = remembered(2);
        for (String key : List.of("1", "2", "3", "4")) {
            assertThat(remembered.customerOf(As.PHONE, key).join()).isEmpty();
        }
        assertThat(remembered.size()).isEqualTo(2);
        assertThat(remembered.customerOf(As.PHONE, "4").join()).isEmpty();
        assertThat(asked).hasSize(4);
    }

    @Test
    void whatIsNoSuchNumberIsRefused() {
        MapCells cells = cells(SlotRule.hash());
        refused(cells, As.ACCOUNT, "70001000000001", OutcomeCode.INVALID_ACCOUNT_NUMBER);
        refused(cells, As.CUSTOMER, "7000", OutcomeCode.INVALID_CUSTOMER_NUMBER);
        refused(cells, As.CUSTOMER, "99010000000016", OutcomeCode.INVALID_CUSTOMER_NUMBER);
        refused(cells, As.SLOT, "70000", OutcomeCode.MALFORMED_REQUEST);
        refused(cells, As.SLOT, "9950", OutcomeCode.NO_ROUTE);
        refused(cells, As.TRACE, "1", OutcomeCode.INVALID_TRACE_NUMBER);
    }

    private MapCells cells(SlotRule text) {
        return new MapCells(routes, text, Optional.empty());
    }

    private RememberedDirectory remembered(int most) {
        return new RememberedDirectory(
                directory,
                most,
                Duration.ofMinutes(1),
                Duration.ofHours(1),
                Duration.ofSeconds(1),
                clock,
                Randomness.seeded(1));
    }

    private static CellId owner(MapCells cells, As as, String key) {
        return cells.find(as, key).join().owner();
    }

    private static void refused(MapCells cells, As as, String key, OutcomeCode code) {
        assertThatThrownBy(() -> cells.find(as, key).join())
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        refusal -> {
                            assertThat(refusal.code()).isEqualTo(code);
                            if (as == As.PHONE || as == As.DOCUMENT || as == As.CARD) {
                                assertThat(String.valueOf(refusal.getMessage()))
                                        .doesNotContain(key.length() > 5 ? key : "\0");
                            }
                        });
    }
}
