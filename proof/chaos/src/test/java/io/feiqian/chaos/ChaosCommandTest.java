package io.feiqian.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.feiqian.cli.CommandFailure;
import io.feiqian.cli.ExitStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

final class ChaosCommandTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--kinds=tcc,at | kind: at (expected: one of",
                "--databases=oracle | database: oracle (expected: one of [postgresql, mariadb])",
                "--parts=branch | part: branch (expected: bank, services)",
                "--kinds=mixed,xa | kind: mixed (expected: with at least two kinds to be mixed)",
                "--kinds=recall | kind: recall (expected: with the kind message to be recalled)",
                "--registry,--rolling | rolling and registry (expected: one of them)",
                "--gateway,--rolling | gateway with rolling or registry (expected: one of them)",
                "--registry,--instances=1 | registry: with --parts bank,services and --instances 1",
                "--service-instances=1 | service instances: 1 (expected: >= 2,"
            })
    void whatIsNotKnownIsRefusedBeforeAnythingIsStarted(String option, String message) {
        ChaosCommand command = new ChaosCommand();
        var _ = new CommandLine(command).parseArgs(option.split(",(?=--)"));
        CommandFailure refused = catchThrowableOfType(CommandFailure.class, command::call);
        assertThat(refused.status()).isEqualTo(ExitStatus.USAGE);
        assertThat(refused.happened()).startsWith(message);
    }

    @Test
    void everyKindAndEveryProductIsInTheLoadUnlessChosen() {
        assertThat(GlobalKind.options())
                .containsExactlyInAnyOrder(
                        "tcc",
                        "sql",
                        "xa",
                        "reversal",
                        "message",
                        "recall",
                        "mixed",
                        "saga",
                        "orchestration");
        assertThat(ServiceDatabases.available())
                .containsExactly(Product.POSTGRESQL, Product.MARIADB);
    }
}
