package io.feiqian.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.bank.contract.CellStatusRequest;
import io.feiqian.bank.contract.ShowTransactionRequest;
import io.feiqian.cli.InstanceOrder;
import io.feiqian.cli.InstanceView;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.SettableClock;
import io.feiqian.runtime.Timer;
import io.feiqian.security.Secrets;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.Requirement;
import java.io.IOException;
import java.net.CookieManager;
import java.net.CookiePolicy;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A page that somebody adds is bounded by the user's tenant without doing anything for it. */
final class NewPageTest {
    private static final String OWN = "something 4 Myself";

    private final TalkativeCell one = TalkativeCell.start("cell-1");
    private final TalkativeCell two = TalkativeCell.start("cell-2");
    private Console console;

    /** Somebody's page, who never heard of tenants. */
    private static final class NewPage implements Page {
        /** Every instance that anybody ever saw on it. */
        private final Map<String, InstanceView> seen = new ConcurrentSkipListMap<>();

        @Override
        public String path() {
            return "/new";
        }

        @Override
        public String title() {
            return "overview.title";
        }

        @Override
        public Permission needs() {
            return Permission.OVERVIEW_SEE;
        }

        @Override
        public void routes(Frame frame) {
            frame.get(
                    path(),
                    needs(),
                    visit -> visit.download("new.txt", everything(visit.cells()).toString()));
            frame.get(
                    path() + "/traces",
                    Permission.TRACES_SEE,
                    visit -> visit.download("new.txt", "of the whole system"));
        }

        private List<Object> everything(Cells cells) {
            cells.look().instances().forEach(each -> seen.put(each.name(), each));
            return List.of(
                    cells.names(),
                    cells.look(),
                    cells.askAll(cell ->
                            cell.ask(it ->
                                    it.getCellStatus(CellStatusRequest.getDefaultInstance()))),
                    cells.askAll(cell ->
                            cell.askEach(it ->
                                    it.showTransaction(
                                            ShowTransactionRequest.getDefaultInstance()))),
                    said(cells, "cell-1"),
                    said(cells, "cell-2"),
                    seen.values().stream().map(each -> ordered(cells, each)).toList());
        }

        private static String ordered(Cells cells, InstanceView instance) {
            try {
                return "ordered "
                        + cells.order(InstanceOrder.DRAIN, instance, "anna", "a test")
                        + " "
                        + instance.cell();
            } catch (RefusedException foreign) {
                return "not ordered: " + foreign.code();
            }
        }

        private static String said(Cells cells, String cell) {
            try {
                return cells.askOne(
                                cell,
                                "anna",
                                "a test",
                                it ->
                                        it.showTransaction(
                                                ShowTransactionRequest.getDefaultInstance()),
                                it -> it.getOutcome())
                        .toString();
            } catch (RefusedException foreign) {
                return foreign.code().name();
            }
        }
    }

    @BeforeEach
    void start(@TempDir Path home) {
        Secrets secrets = Secrets.in(home.resolve("secrets"), Randomness.seeded(7));
        Users users = new Users(secrets, new Passwords(Randomness.seeded(7)));
        Access access = new Access(secrets);
        Tenant north = new Tenant("north", Set.of("cell-1"));
        access.save(north);
        users.add("anna", Role.OPERATOR, north);
        users.add("berta", Role.OPERATOR, Tenant.ALL);
        users.choose("anna", OWN);
        users.choose("berta", OWN);
        console =
                Console.start(
                        ConsoleConfig.of(
                                "127.0.0.1",
                                0,
                                List.of(one.endpoints(), two.endpoints()),
                                "",
                                home.resolve("secrets"),
                                home.resolve("audit.jsonl")),
                        Optional.empty(),
                        Optional.empty(),
                        new SettableClock(Instant.parse("2026-01-05T08:00:00Z")),
                        List.of(new NewPage()),
                        it -> it,
                        Timer.system("new-page-test"));
    }

    @AfterEach
    void stop() {
        console.close();
        one.close();
        two.close();
    }

    @Requirement("D6.9-b")
    @Test
    void itShowsATenantsUserTheTenantsCellsOnly() {
        assertThat(get("berta", "/new").body())
                .contains("cell-1", "cell-2", "cell-2-1")
                .contains("ordered true cell-1", "ordered true cell-2");
        int before = two.asked();
        assertThat(before).isPositive();
        assertThat(get("anna", "/new").body())
                .contains("cell-1", "cell-1-1", "NO_ROUTE")
                .contains("ordered true cell-1", "not ordered: NO_ROUTE")
                .doesNotContain("cell-2");
        assertThat(two.asked()).as("nothing was even asked of the other").isEqualTo(before);
        assertThat(get("berta", "/new/traces").statusCode()).isEqualTo(200);
        assertThat(get("anna", "/new/traces").statusCode()).isEqualTo(403);
        assertThat(console.addresses())
                .contains("GET /new overview.see", "GET /new/traces traces.see");
    }

    private HttpResponse<String> get(String user, String path) {
        try (HttpClient http =
                HttpClient.newBuilder()
                        .cookieHandler(new CookieManager(null, CookiePolicy.ACCEPT_ALL))
                        .build()) {
            String form =
                    "name=%s&password=%s"
                            .formatted(user, URLEncoder.encode(OWN, StandardCharsets.UTF_8));
            var signedIn =
                    http.send(
                            request("/sign-in")
                                    .header("Content-Type", "application/x-www-form-urlencoded")
                                    .POST(HttpRequest.BodyPublishers.ofString(form))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(signedIn.statusCode()).isEqualTo(303);
            return http.send(request(path).build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException failed) {
            throw new AssertionError(failed);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new AssertionError(stop);
        }
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + console.port() + path));
    }
}
