package io.feiqian.server;

import io.feiqian.alarms.Alarms;
import io.feiqian.cli.CommandFailure;
import io.feiqian.cli.Endpoints;
import io.feiqian.cli.ExitStatus;
import io.feiqian.console.Console;
import io.feiqian.console.ConsoleConfig;
import io.feiqian.console.ConsoleTls;
import io.feiqian.console.OidcConfig;
import io.feiqian.observatory.ObservatoryReads;
import io.feiqian.runtime.Clock;
import io.feiqian.storage.DatabaseConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

/** The console: it asks the cells, and nothing asks it. */
final class ConsoleRole {
    private ConsoleRole() {}

    /** Starts it; when this returns it serves. */
    static Console start(ConsoleRoleConfig told, Clock clock) {
        return Console.start(
                config(told).with(oidc(told.oidcFile())),
                database(told).map(ObservatoryReads::new),
                database(told)
                        .map(it ->
                                new Alarms(
                                        it,
                                        ObservatoryRole.seal(Path.of(told.secretsFolder())),
                                        clock)),
                clock);
    }

    private static ConsoleConfig config(ConsoleRoleConfig told) {
        ConsoleConfig some =
                ConsoleConfig.of(
                        told.host(),
                        told.port(),
                        cells(told.instances()),
                        told.supervisor(),
                        Path.of(told.secretsFolder()),
                        Path.of(told.auditFile()));
        ConsoleConfig plain =
                told.gatewayDesk().isEmpty() ? some : some.withGateway(Path.of(told.gatewayDesk()));
        if (told.tlsCertificate().isEmpty() != told.tlsKey().isEmpty()) {
            throw new CommandFailure(
                    ExitStatus.USAGE,
                    "TLS of the console: one file (expected: a certificate and its key, or neither)",
                    "Name both files, or none.");
        }
        return told.tlsKey().isEmpty()
                ? plain
                : plain.withTls(
                        new ConsoleTls(Path.of(told.tlsCertificate()), Path.of(told.tlsKey())));
    }

    private static Optional<OidcConfig> oidc(String file) {
        return file.isEmpty() ? Optional.empty() : Optional.of(OidcDocument.read(Path.of(file)));
    }

    private static Optional<Supplier<DatabaseConfig>> database(ConsoleRoleConfig told) {
        return told.observatoryUrl().isEmpty()
                ? Optional.empty()
                : Optional.of(() ->
                        DatabaseConfig.withPasswordFile(
                                told.observatoryUrl(),
                                told.observatoryUser(),
                                Path.of(told.observatoryPasswordFile())));
    }

    private static List<Endpoints.Cell> cells(List<KnownInstance> instances) {
        Map<Integer, List<String>> addresses = new TreeMap<>();
        for (KnownInstance each : instances) {
            addresses
                    .computeIfAbsent(each.cell(), _ -> new ArrayList<>())
                    .add(each.host() + ":" + each.port());
        }
        return addresses.entrySet().stream()
                .map(each ->
                        new Endpoints.Cell(SystemPlan.cellName(each.getKey()), "", each.getValue()))
                .toList();
    }
}
