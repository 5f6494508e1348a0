package io.feiqian.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.participant.GlobalTransactions;
import io.feiqian.participant.Idempotent;
import io.feiqian.vocabulary.TraceNumber;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** A service that is set up wrongly does not start, and says what to change. */
@Timeout(120)
final class SetupTest {
    private static final Database DATABASE = Database.empty();

    @TempDir Path folder;

    private final ApplicationContextRunner service =
            new ApplicationContextRunner()
                    .withConfiguration(
                            AutoConfigurations.of(
                                    DataSourceAutoConfiguration.class,
                                    FeiqianAutoConfiguration.class))
                    .withPropertyValues(DATABASE.properties());

    @Test
    void aServiceWithoutANameSaysSo() {
        refused("The service has no name", "feiqian.service", "feiqian.service=");
        service.withPropertyValues("feiqian.service=", "spring.application.name=by-application")
                .run(context ->
                        assertThat(context.getBean(GlobalTransactions.class).service())
                                .isEqualTo("by-application"));
    }

    @Test
    void aServiceWithoutUsableKeysSaysSoAndShowsNoneOfThem() throws IOException {
        Path torn = folder.resolve("torn");
        Files.writeString(torn, "1 secret\n");

        refused("has no keys", "feiqian.keys-file", "feiqian.keys-file=");
        refused("cannot be read", "feiqian.keys-file", "feiqian.keys-file=" + folder + "/none");
        service.withPropertyValues("feiqian.keys-file=" + torn)
                .run(context ->
                        assertThat(context.getStartupFailure())
                                .hasStackTraceContaining("64 hexadecimal")
                                .satisfies(each ->
                                        assertThat(analysis(each).getDescription())
                                                .doesNotContain("secret")));
    }

    @Test
    void aDatabaseWithoutTheTablesSaysHowToMakeThem() {
        service.withPropertyValues(Database.empty().properties())
                .withPropertyValues("feiqian.create-tables=false")
                .run(context -> {
                    FailureAnalysis analysis = analysis(context.getStartupFailure());
                    assertThat(analysis.getDescription()).contains("tables", "are not there");
                    assertThat(analysis.getAction()).contains("feiqian.create-tables=true");
                });
    }

    @Test
    void aDatabaseThatForbidsPreparedTransactionsIsRefusedWhereXaIsOn() {
        refused("max_prepared_transactions", "switch off", "feiqian.xa.enabled=true");
    }

    @Test
    void anAddressThatIsNoneAndTimesThatWouldNeverEndAreRefused() {
        failed(
                "feiqian.services.points: points:80 (expected: such as http://points:8080)",
                "feiqian.services.points=points:80");
        failed("feiqian.timing.within: PT0S (expected: > 0)", "feiqian.timing.within=0s");
        failed(
                "feiqian.path: internal (expected: empty, or such as /internal)",
                "feiqian.path=internal");
        failed("expected: at least PT10M", "feiqian.timing.keep-finished=1s");
    }

    @Test
    void aMarkedMethodThatCannotBeAnsweredOnceIsSaidAtTheStart() {
        service.withUserConfiguration(Inexact.class)
                .run(context ->
                        assertThat(context.getStartupFailure())
                                .hasStackTraceContaining("double (expected: text"));
    }

    @Configuration(proxyBeanMethods = false)
    static class Inexact {
        static class Book {
            @Idempotent("add")
            public void add(TraceNumber trace, double amount) {
                throw new IllegalStateException(trace + " " + amount);
            }
        }

        @Bean
        Book book() {
            return new Book();
        }
    }

    @Test
    void transactionsBeginBeforeTheWebServerTakesCallsAndEndAfterIt() {
        service.run(context ->
                assertThat(context.getBean(TransactionLifecycle.class))
                        .satisfies(each -> assertThat(each.isRunning()).isTrue())
                        .satisfies(each -> assertThat(each.isPauseable()).isFalse())
                        .satisfies(each ->
                                assertThat(each.getPhase())
                                        .isLessThan(
                                                WebServerApplicationContext
                                                        .START_STOP_LIFECYCLE_PHASE)));
    }

    @Test
    void editorsCompleteEveryProperty() throws IOException {
        String metadata;
        try (var in =
                getClass().getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
            metadata =
                    new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        }
        List<String> names = new ArrayList<>();
        collect("feiqian", FeiqianProperties.class, names);
        collect("feiqian.calls", CallProperties.class, names);

        assertThat(names).contains("feiqian.keys-file", "feiqian.sql-mode.lock-wait");
        names.forEach(each -> assertThat(metadata).contains("\"name\": \"" + each + "\""));
        assertThat(metadata.split("\"description\"", -1)).hasSize(names.size() + 1);
    }

    private static void collect(String prefix, Class<?> type, List<String> names) {
        for (RecordComponent each : type.getRecordComponents()) {
            String dashed =
                    each.getName().replaceAll("([A-Z])", "-$1").toLowerCase(java.util.Locale.ROOT);
            if (each.getType().isRecord()) {
                collect(prefix + "." + dashed, each.getType(), names);
            } else {
                names.add(prefix + "." + dashed);
            }
        }
    }

    private void refused(String message, String action, String property) {
        service.withPropertyValues(property)
                .run(context -> {
                    FailureAnalysis analysis = analysis(context.getStartupFailure());
                    assertThat(analysis.getDescription()).contains(message);
                    assertThat(analysis.getAction()).contains(action);
                });
    }

    private void failed(String message, String property) {
        service.withPropertyValues(property)
                .run(context ->
                        assertThat(context.getStartupFailure()).hasStackTraceContaining(message));
    }

    private static FailureAnalysis analysis(@Nullable Throwable failure) {
        return Objects.requireNonNull(new SetupAnalyzer().analyze(Objects.requireNonNull(failure)));
    }
}
