package io.feiqian.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.vocabulary.OutcomeCode;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.restclient.RestTemplateBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;

/** Two services without global transactions: the front calls the back over real HTTP. */
@Timeout(120)
final class CallsTest {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final String TRACEPARENT =
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    private static final String TRACE = Database.trace().toString();
    private static final AtomicInteger SERVED = new AtomicInteger();
    private static final AtomicInteger VERSIONS = new AtomicInteger();

    private static ConfigurableApplicationContext back;
    private static ConfigurableApplicationContext front;
    private static volatile CountDownLatch answers = new CountDownLatch(0);

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(BackController.class)
    static class Back {}

    @RestController
    static class BackController {
        @GetMapping("/seen")
        String seen(HttpServletRequest request) {
            return Stream.of(
                            "traceparent",
                            "tracestate",
                            "feiqian-trace",
                            "feiqian-sub",
                            "feiqian-tenant",
                            "feiqian-gray",
                            "feiqian-caller")
                    .map(each -> each + "=" + request.getHeader(each))
                    .collect(Collectors.joining(" "));
        }

        @GetMapping("/left")
        String left(HttpServletRequest request) {
            return String.valueOf(request.getHeader("Feiqian-Timeout-Ms"));
        }

        @GetMapping("/greet/{name}")
        String greet(@PathVariable String name) {
            SERVED.incrementAndGet();
            return "hello " + name;
        }

        @GetMapping("/broken")
        ResponseEntity<String> broken() {
            SERVED.incrementAndGet();
            return ResponseEntity.internalServerError().body("broken");
        }

        @GetMapping("/hangs")
        String hangs() throws InterruptedException {
            answers.await();
            return "at last";
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(FrontController.class)
    static class Front {}

    @RestController
    static class FrontController {
        private final RestClient client;
        private final RestTemplateBuilder templates;

        FrontController(RestClient.Builder builder, RestTemplateBuilder templates) {
            this.client = builder.baseUrl(url(back)).build();
            this.templates = templates;
        }

        @GetMapping("/asks/{what}")
        String asks(@PathVariable String what) {
            return body("/" + what);
        }

        @GetMapping("/greets/{name}")
        String greets(@PathVariable String name) {
            return String.valueOf(
                    client.get().uri("/greet/{name}", name).retrieve().body(String.class));
        }

        @GetMapping("/template")
        String template() {
            return String.valueOf(
                    templates.build().getForObject(url(back) + "/seen", String.class));
        }

        @GetMapping("/late")
        String late() {
            PublishedPoliciesTest.await(
                    () -> HttpCallContext.current().orElseThrow().deadline().isExpired());
            return body("/greet/late");
        }

        private String body(String path) {
            return String.valueOf(client.get().uri(path).retrieve().body(String.class));
        }
    }

    private static ConfigurableApplicationContext start(Class<?> type, String... more) {
        return new SpringApplicationBuilder(type)
                .registerShutdownHook(false)
                .run(
                        Stream.concat(
                                        Stream.of(
                                                "--spring.main.banner-mode=off",
                                                "--server.port=0",
                                                "--feiqian.enabled=false",
                                                "--spring.autoconfigure.exclude=org.springframework"
                                                        + ".boot.jdbc.autoconfigure"
                                                        + ".DataSourceAutoConfiguration"),
                                        Stream.of(more))
                                .toArray(String[]::new));
    }

    @BeforeAll
    static void start() {
        back = start(Back.class, "--spring.application.name=back");
        front =
                start(
                        Front.class,
                        "--spring.application.name=front",
                        "--feiqian.services.back=" + url(back));
    }

    @AfterAll
    static void stop() {
        front.close();
        back.close();
    }

    @BeforeEach
    void count() {
        SERVED.set(0);
    }

    @AfterEach
    void noPolicies() {
        answers.countDown();
        publish(front, "");
        publish(back, "");
    }

    private static String url(ConfigurableApplicationContext service) {
        return "http://127.0.0.1:"
                + service.getEnvironment().getRequiredProperty("local.server.port");
    }

    private static HttpResponse<String> get(
            ConfigurableApplicationContext service, String path, Map<String, String> headers)
            throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url(service) + path));
        headers.forEach(request::header);
        return HTTP.send(request.build(), BodyHandlers.ofString());
    }

    private static HttpResponse<String> get(ConfigurableApplicationContext service, String path)
            throws Exception {
        return get(service, path, Map.of());
    }

    private static void publish(ConfigurableApplicationContext service, String policy) {
        int version = VERSIONS.incrementAndGet();
        assertThat(
                        service.getBean(CallGovernance.class)
                                .publish(
                                        "{\"version\": %d, \"policies\": [%s]}"
                                                .formatted(
                                                        version,
                                                        policy.replace(
                                                                "V", Integer.toString(version)))))
                .matches(each -> each.isAccepted());
    }

    private static void refused(HttpResponse<String> answer, int status, OutcomeCode code) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type"))
                .hasValueSatisfying(
                        each -> assertThat(each).startsWith("application/problem+json"));
        assertThat(answer.body())
                .contains(
                        "\"code\":" + code.number(),
                        "\"name\":\"" + code + "\"",
                        "urn:feiqian:outcome:");
    }

    @Test
    void whatARequestCarriesGoesOnWithWhatItsHandlerCalls() throws Exception {
        Map<String, String> headers =
                Map.of(
                        "traceparent", TRACEPARENT,
                        "tracestate", "bank=1",
                        "feiqian-trace", TRACE,
                        "feiqian-sub", "3",
                        "feiqian-tenant", "north",
                        "feiqian-gray", "version=b");
        String all =
                "traceparent=%s tracestate=bank=1 feiqian-trace=%s feiqian-sub=0003"
                                .formatted(TRACEPARENT, TRACE)
                        + " feiqian-tenant=north feiqian-gray=version=b feiqian-caller=front";
        assertThat(get(front, "/asks/seen", headers).body()).isEqualTo(all);
        assertThat(get(front, "/template", headers).body()).isEqualTo(all);
        assertThat(get(front, "/asks/seen").body())
                .isEqualTo(
                        "traceparent=null tracestate=null feiqian-trace=null feiqian-sub=null"
                                + " feiqian-tenant=null feiqian-gray=null feiqian-caller=front");
    }

    @Test
    void theTimeThatIsLeftGoesOnAndNobodyPromisesMore() throws Exception {
        String left = get(front, "/asks/left", Map.of("Feiqian-Timeout-Ms", "60000")).body();
        assertThat(Long.parseLong(left)).isBetween(1L, 59_999L);
        assertThat(get(front, "/asks/left").body()).isEqualTo("null");
    }

    @Test
    void whatComesTooLateIsRefusedWithTheStableCodeAndNobodyIsCalled() throws Exception {
        refused(
                get(back, "/greet/a", Map.of("Feiqian-Timeout-Ms", "0")),
                504,
                OutcomeCode.DEADLINE_EXPIRED);
        refused(
                get(front, "/late", Map.of("Feiqian-Timeout-Ms", "50")),
                504,
                OutcomeCode.DEADLINE_EXPIRED);
        assertThat(SERVED).hasValue(0);
    }

    @Test
    void aCallThatIsNotAnsweredEndsByTheDeadlineAndItsOutcomeIsNotKnown() throws Exception {
        answers = new CountDownLatch(1);
        refused(
                get(front, "/asks/hangs", Map.of("Feiqian-Timeout-Ms", "300")),
                504,
                OutcomeCode.UNKNOWN);
    }

    @Test
    void whatCannotBeReadIsRefusedBeforeTheHandler() throws Exception {
        refused(
                get(back, "/greet/a", Map.of("Feiqian-Timeout-Ms", "soon")),
                400,
                OutcomeCode.MALFORMED_REQUEST);
        refused(
                get(back, "/greet/a", Map.of("feiqian-trace", "7")),
                400,
                OutcomeCode.INVALID_TRACE_NUMBER);
        refused(
                get(back, "/greet/a", Map.of("feiqian-tenant", "a b")),
                400,
                OutcomeCode.MALFORMED_REQUEST);
        assertThat(SERVED).hasValue(0);
    }

    @Test
    void aLimitOfTheServingSideIsInForceFromItsPublicationAndGoneWithItsWithdrawal()
            throws Exception {
        publish(
                back,
                """
                {"id": "one-an-hour", "version": V, "side": "provider",
                 "applies": {"service": "back", "method": "GET /greet/{name}"},
                 "rate": {"perSecond": 1, "burst": 1, "excess": "reject"}}
                """);
        assertThat(get(back, "/greet/a").body()).isEqualTo("hello a");
        HttpResponse<String> second = get(back, "/greet/b");
        refused(second, 503, OutcomeCode.RATE_LIMITED);
        assertThat(second.headers().firstValue("Retry-After")).contains("1");
        assertThat(second.body()).contains("policy one-an-hour");
        assertThat(get(back, "/left").statusCode()).isEqualTo(200);
        // Whoever was asked by somebody else hands the refusal on.
        refused(get(front, "/greets/c"), 503, OutcomeCode.RATE_LIMITED);

        publish(back, "");
        assertThat(get(front, "/greets/d").body()).isEqualTo("hello d");
        assertThat(SERVED).hasValue(2);
    }

    @Test
    void anAccessListKnowsTheServiceThatCalls() throws Exception {
        publish(
                back,
                """
                {"id": "not-the-front", "version": V, "side": "provider",
                 "applies": {"service": "back", "parameters": {"name": "vault"}},
                 "access": {"denyCallers": ["front"]}}
                """);
        assertThat(get(back, "/greet/vault").statusCode()).isEqualTo(200);
        assertThat(get(front, "/greets/anybody").statusCode()).isEqualTo(200);
        assertThat(get(front, "/greets/vault").statusCode()).isEqualTo(500);
        refused(
                get(back, "/greet/vault", Map.of("feiqian-caller", "front")),
                400,
                OutcomeCode.NOT_PERMITTED);
        assertThat(SERVED).hasValue(2);
    }

    @Test
    void anOpenBreakerSparesTheServiceAndAFallbackAnswers() throws Exception {
        String breaker =
                """
                {"id": "breaker", "version": V, "side": "caller",
                 "applies": {"service": "back", "method": "GET /broken"},
                 "breaker": {"failures": 0.5, "window": "60s", "minimumCalls": 3,
                             "openFor": "60s", "probes": 1}}
                """;
        publish(front, breaker);
        for (int i = 0; i < 3; i++) {
            assertThat(get(front, "/asks/broken").statusCode()).isEqualTo(500);
        }
        refused(get(front, "/asks/broken"), 503, OutcomeCode.CIRCUIT_OPEN);
        assertThat(SERVED).hasValue(3);

        publish(
                front,
                """
                {"id": "instead", "version": V, "side": "caller",
                 "applies": {"service": "back", "method": "GET /broken"},
                 "degrade": {"when": "always", "instead": {"answer": {"greeting": "later"}}}}
                """);
        assertThat(get(front, "/asks/broken").body()).isEqualTo("{\"greeting\":\"later\"}");
        assertThat(SERVED).hasValue(3);
    }

    @Test
    void aRefusalForTheCallersSakeDoesNotOpenTheBreakerAndAPlaceIsGivenBack() throws Exception {
        publish(
                back,
                """
                {"id": "busy", "version": V, "side": "provider",
                 "applies": {"service": "back", "method": "GET /greet/{name}"},
                 "fault": {"percent": 100, "error": "RATE_LIMITED"}}
                """);
        publish(
                front,
                """
                {"id": "breaker", "version": V, "side": "caller", "applies": {"service": "back"},
                 "breaker": {"failures": 0.5, "window": "60s", "minimumCalls": 3,
                             "openFor": "60s", "probes": 1}},
                {"id": "one-at-a-time", "version": V, "side": "caller",
                 "applies": {"service": "back"}, "concurrency": {"most": 1}}
                """);
        for (int i = 0; i < 6; i++) {
            refused(get(front, "/greets/a"), 503, OutcomeCode.RATE_LIMITED);
        }
        assertThat(SERVED).hasValue(0);
    }

    @Test
    void aCallThatIsBrokenOffByOrderIsNotAnswered() throws Exception {
        publish(
                back,
                """
                {"id": "gone", "version": V, "side": "provider", "applies": {"service": "back"},
                 "fault": {"percent": 100, "abort": true}}
                """);
        refused(
                get(front, "/greets/a", Map.of("Feiqian-Timeout-Ms", "300")),
                504,
                OutcomeCode.UNKNOWN);
        assertThat(SERVED).hasValue(0);
    }

    @Test
    void whoWantsNoneOfItHasNoneOfIt() throws Exception {
        try (ConfigurableApplicationContext bare =
                start(Back.class, "--feiqian.calls.enabled=false")) {
            assertThat(bare.getBeanNamesForType(CallGovernance.class)).isEmpty();
            assertThat(get(bare, "/greet/a", Map.of("Feiqian-Timeout-Ms", "0")).body())
                    .isEqualTo("hello a");
        }
    }
}
