package io.feiqian.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The configuration that a gateway goes by; versions of it are made with {@code configuration}. */
@Command(
        name = "config",
        mixinStandardHelpOptions = true,
        description = {
            "Show the configuration in force, or say whether another one could be taken (--check).",
            "It is changed with 'configuration set gateway' and 'configuration publish gateway'."
        })
public final class GatewayConfigCommand implements Callable<Integer> {
    @Mixin private final CommonOptions common = new CommonOptions();
    @Mixin private final GatewayOptions gateway = new GatewayOptions();

    @Option(
            names = "--check",
            paramLabel = "FILE",
            description = "a configuration to look at; ends with 1 where it would be refused")
    private @Nullable Path check;

    /** For picocli. */
    public GatewayConfigCommand() {}

    @Override
    public Integer call() {
        return Optional.ofNullable(check).map(this::checked).orElseGet(this::shown);
    }

    private int shown() {
        JsonNode said = gateway.ask(common, "gateway config", "document").body();
        String document = said.path("document").asText();
        if (common.json()) {
            common.out().println(said.toPrettyString());
        } else {
            common.out().println(document.isEmpty() ? "the default" : document.stripTrailing());
        }
        return ExitStatus.OK.code();
    }

    private int checked(Path file) {
        JsonNode said =
                gateway.order(
                                common,
                                "gateway config",
                                "check",
                                BankClient.body().put("document", text(file)))
                        .body();
        String wrong = said.path("wrong").asText();
        if (common.json()) {
            common.out().println(said.toPrettyString());
        } else {
            common.out().println(wrong.isEmpty() ? "it can be taken" : wrong);
        }
        return (wrong.isEmpty() ? ExitStatus.OK : ExitStatus.FAILED).code();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException unreadable) {
            throw CommandFailure.unreadable(
                    "", file, unreadable, "Name the configuration with --check.");
        }
    }
}
