package io.feiqian.cli;

import io.feiqian.participant.ContextKeys;
import io.feiqian.runtime.Clock;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Where services of one's own are, for commands that ask them instead of the cells. */
final class ServiceOptions {
    @Option(
            names = "--at",
            paramLabel = "NAME=URL",
            description = {
                "ask this service of one's own instead of the cells, as",
                "accounts=http://localhost:8080; may be given for several"
            })
    private Map<String, URI> services = new LinkedHashMap<>();

    @Option(
            names = "--keys",
            paramLabel = "FILE",
            description =
                    "the operators' key of those services: a number and 64 hexadecimal digits")
    private Optional<Path> keys = Optional.empty();

    /** Whether services are asked. */
    boolean areGiven() {
        return !services.isEmpty();
    }

    /** Their addresses by their names. */
    Map<String, URI> services() {
        return services;
    }

    /** What signs an operator's questions. */
    ContextKeys keys() {
        Path file =
                keys.orElseThrow(() ->
                        new CommandFailure(
                                ExitStatus.USAGE,
                                "keys: none (expected: --keys FILE beside --at)",
                                "Services answer only who signs with their operators' key."));
        try {
            return ContextKeys.in(file, Clock.system());
        } catch (UncheckedIOException | IllegalArgumentException unusable) {
            throw new CommandFailure(
                    ExitStatus.USAGE,
                    "keys: " + unusable.getMessage(),
                    "See docs/operations.md.",
                    unusable);
        }
    }
}
