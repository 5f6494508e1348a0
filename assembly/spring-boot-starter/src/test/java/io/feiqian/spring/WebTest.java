package io.feiqian.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.participant.BranchContext;
import io.feiqian.participant.BranchKey;
import io.feiqian.participant.ContextHeader;
import io.feiqian.participant.ContextKeys;
import io.feiqian.participant.HttpChannel;
import io.feiqian.participant.HttpTransport;
import io.feiqian.participant.Inquiry;
import io.feiqian.participant.OperatorClient;
import io.feiqian.participant.OperatorLine;
import io.feiqian.participant.UnknownOutcomeException;
import io.feiqian.participant.Verdict;
import io.feiqian.runtime.Clock;
import io.feiqian.vocabulary.Requirement;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;

/** A service with a web server, mounted under paths of its own. */
@Timeout(120)
final class WebTest {
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @TempDir static Path folder;

    private static Path operatorsFile;
    private static ConfigurableApplicationContext service;
    private static ContextKeys keys;
    private static String url;

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(Controller.class)
    static class Service {}

    @RestController
    static class Controller {
        @GetMapping("/who")
        String who(Optional<BranchContext> context) {
            return context.map(BranchContext::initiator).orElse("nobody");
        }

        @GetMapping("/label")
        String label(@RequestHeader(name = "feiqian-gray", defaultValue = "none") String label) {
            return label;
        }

        @GetMapping("/asks")
        String asks() {
            return String.valueOf(
                    RestClient.builder()
                            .requestInterceptor(service.getBean(ContextSender.class))
                            .build()
                            .get()
                            .uri(url + "/label")
                            .retrieve()
                            .body(String.class));
        }

        @GetMapping("/unknown")
        String unknown() {
            throw new UnknownOutcomeException("commit: its answer was lost");
        }
    }

    @BeforeAll
    static void start() throws IOException {
        operatorsFile = folder.resolve("operators.keys");
        Files.writeString(operatorsFile, "7 " + "0b".repeat(32) + "\n");
        String[] properties =
                Stream.concat(
                                Arrays.stream(Database.empty().properties()),
                                Stream.of(
                                        "server.port=0",
                                        "server.servlet.context-path=/bank",
                                        "spring.main.banner-mode=off",
                                        "feiqian.path=/internal",
                                        "feiqian.operators-keys-file=" + operatorsFile))
                        .map(each -> "--" + each)
                        .toArray(String[]::new);
        service = new SpringApplicationBuilder(Service.class).run(properties);
        keys = service.getBean(ContextKeys.class);
        url =
                "http://127.0.0.1:"
                        + service.getEnvironment().getRequiredProperty("local.server.port")
                        + "/bank";
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    private static HttpResponse<String> get(String path, String... contexts) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path));
        for (String each : contexts) {
            request.header(ContextHeader.NAME, each);
        }
        return HTTP.send(request.build(), BodyHandlers.ofString());
    }

    @Requirement("P6.2.2.2-a")
    @Test
    void theLabelOfARequestGoesOnWithTheCallsThatItsHandlerMakes() throws Exception {
        HttpRequest gray =
                HttpRequest.newBuilder(URI.create(url + "/asks"))
                        .header("feiqian-gray", "version=b")
                        .build();
        assertThat(HTTP.send(gray, BodyHandlers.ofString()).body()).isEqualTo("version=b");
        assertThat(get("/asks").body()).isEqualTo("none");
    }

    private static String header() {
        return ContextHeader.write(
                new BranchContext(
                        new BranchKey(Database.trace(), 1, 1),
                        "payments",
                        7,
                        Database.DAY,
                        Duration.ofSeconds(9)),
                keys);
    }

    @Test
    void anotherServicesPhaseTwoReachesItUnderThePathThatItIsMountedUnder() throws Exception {
        HttpChannel channel =
                new HttpChannel(
                        HTTP, name -> URI.create(url + "/internal"), keys, Duration.ofSeconds(5));
        Inquiry inquiry = new Inquiry(new BranchKey(Database.trace(), 1, 1), 7);

        assertThat(
                        channel.inquire("accounts", inquiry)
                                .toCompletableFuture()
                                .get(10, TimeUnit.SECONDS))
                .isEqualTo(Verdict.ABORT);
        assertThat(post("/internal/feiqian/transactions/inquire").statusCode()).isEqualTo(401);
        assertThat(post("/feiqian/transactions/inquire").statusCode()).isEqualTo(404);
    }

    @Test
    void operatorsAreAnsweredWhereTheirKeysAreGivenAndNobodyElseIs() throws Exception {
        HttpTransport transport =
                new HttpTransport(
                        HTTP, name -> URI.create(url + "/internal"), Duration.ofSeconds(5));
        ContextKeys operators = ContextKeys.in(operatorsFile, Clock.system());

        assertThat(ask(new OperatorClient(transport, operators, Clock.system()))).isNotEmpty();
        assertThatThrownBy(() -> ask(new OperatorClient(transport, keys, Clock.system())))
                .hasMessageContaining("operators' key");
    }

    private static List<OperatorLine> ask(OperatorClient client) throws Exception {
        return client.ask("accounts", "totals", Map.of())
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
    }

    private static HttpResponse<String> post(String path) throws Exception {
        return HTTP.send(
                HttpRequest.newBuilder(URI.create(url + path))
                        .POST(BodyPublishers.ofString("anything"))
                        .build(),
                BodyHandlers.ofString());
    }

    @Test
    void aHandlerMayTakePartOrNot() throws Exception {
        assertThat(get("/who").body()).isEqualTo("nobody");
        assertThat(get("/who", header()).body()).isEqualTo("payments");
    }

    @Test
    void aContextIsVerifiedAlsoWhereTheHandlerDoesNotTakeIt() throws Exception {
        assertThat(get("/unknown", "1;2").body()).contains("\"code\":1051");
        assertThat(get("/who", header(), header()).body()).contains("\"code\":1051");
    }

    @Test
    void anOutcomeThatIsNotKnownIsSaidToBeSo() throws Exception {
        HttpResponse<String> answer = get("/unknown");

        assertThat(answer.statusCode()).isEqualTo(504);
        assertThat(answer.body()).contains("\"code\":5001", "its answer was lost");
    }
}
