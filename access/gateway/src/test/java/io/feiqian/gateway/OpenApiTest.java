package io.feiqian.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.configuration.Secret;
import io.feiqian.proxy.AccessConfig;
import io.feiqian.proxy.AccessLogConfig;
import io.feiqian.proxy.AuthenticatorConfig;
import io.feiqian.proxy.AuthenticatorConfig.SignatureProof;
import io.feiqian.proxy.BoundsConfig;
import io.feiqian.proxy.HttpAnswer;
import io.feiqian.proxy.ProxyConfig;
import io.feiqian.proxy.RouteConfig;
import io.feiqian.vocabulary.Requirement;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.parser.OpenAPIV3Parser;
import io.swagger.v3.parser.core.models.ParseOptions;
import io.swagger.v3.parser.core.models.SwaggerParseResult;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the bank's API says of itself, read by a parser of others. */
@Requirement({"S.gw-1", "S.gw-3", "S.gw-7"})
class OpenApiTest {
    @TempDir private Path folder;
    private ApiFixture bank;
    private ServiceApi api;

    @BeforeEach
    void start() throws Exception {
        bank = new ApiFixture(folder);
        bank.instances.clear();
        Path file = folder.resolve("bank.desc");
        try (InputStream contract = OpenApiTest.class.getResourceAsStream("/bank.desc")) {
            Files.write(file, contract.readAllBytes());
        }
        LearntServices services = bank.learnt(file);
        services.look();
        api = bank.api(services);
    }

    @AfterEach
    void stop() {
        bank.close();
    }

    @Test
    void theBanksApiIsDescribedWithoutAFault() {
        OpenAPI document = read();

        assertThat(document.getOpenapi()).isEqualTo("3.1.0");
        Operation transfer = in(document.getPaths(), "/v1/transfers").getPost();
        assertThat(transfer.getSummary()).startsWith("Moves money from one account to another");
        assertThat(in(transfer.getResponses(), "200").getHeaders())
                .containsKey("Feiqian-Trace-Number");
        assertThat(in(transfer.getResponses(), "default").get$ref())
                .isEqualTo("#/components/responses/Problem");
        assertThat(
                        in(document.getPaths(), "/v1/accounts/{account}/statement")
                                .getGet()
                                .getParameters())
                .extracting(each -> each.getName() + " in " + each.getIn())
                .contains("account in path", "from in query", "limit in query");
        assertThat(required(document, "feiqian.bank.TransferRequest"))
                .contains("trace_number", "payer_account", "amount");
        assertThat(document.getPaths()).doesNotContainKey("/v1/nothing");
    }

    @Test
    void whoMayAskAndWhetherAKeyCountsIsSaidByTheRouteOfEachPath() {
        RouteConfig keyed =
                ApiFixture.route(
                        List.of("partners"),
                        AccessConfig.ANYBODY,
                        Optional.empty(),
                        true,
                        Map.of());
        bank.proxy =
                new ProxyConfig(
                        List.of(),
                        List.of(keyed),
                        List.of(),
                        Map.of(
                                "partners",
                                new AuthenticatorConfig(
                                        Optional.empty(),
                                        Optional.empty(),
                                        Optional.of(
                                                new SignatureProof(
                                                        Map.of("a", Secret.of("s".repeat(32))),
                                                        Map.of(),
                                                        Duration.ofMinutes(2),
                                                        10)))),
                        BoundsConfig.USUAL,
                        AccessLogConfig.USUAL);
        OpenAPI document = read();

        Operation transfer = in(document.getPaths(), "/v1/transfers").getPost();
        assertThat(transfer.getParameters())
                .extracting(each -> each.getName())
                .contains("Idempotency-Key");
        assertThat(transfer.getSecurity()).anyMatch(each -> each.containsKey("partners"));
        assertThat(document.getComponents().getSecuritySchemes()).containsKey("partners");
        assertThat(required(document, "feiqian.bank.TransferRequest"))
                .doesNotContain("trace_number");
        Operation reversal = in(document.getPaths(), "/v1/reversals").getPost();
        assertThat(reversal.getParameters())
                .extracting(each -> each.getName())
                .doesNotContain("Idempotency-Key");
    }

    private static <T> T in(Map<String, T> all, String name) {
        return java.util.Optional.ofNullable(all.get(name)).orElseThrow();
    }

    private static List<String> required(OpenAPI document, String type) {
        Schema<?> schema = in(document.getComponents().getSchemas(), type);
        return schema.getRequired();
    }

    private OpenAPI read() {
        HttpAnswer answer =
                ApiFixture.ask(
                        api,
                        ApiFixture.route(false, Map.of()),
                        ApiFixture.get("/openapi.json"),
                        "");
        assertThat(answer.status()).isEqualTo(200);
        ParseOptions options = new ParseOptions();
        options.setResolve(true);
        SwaggerParseResult result =
                new OpenAPIV3Parser().readContents(answer.body(), null, options);
        assertThat(result.getMessages()).isEmpty();
        return result.getOpenAPI();
    }
}
