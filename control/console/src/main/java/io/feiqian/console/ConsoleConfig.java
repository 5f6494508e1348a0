package io.feiqian.console;

import io.feiqian.cli.Endpoints;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What a console is told.
 *
 * @param host where it listens
 * @param port where it listens; 0 for any that is free
 * @param cells the cells it asks
 * @param supervisor where the supervisor takes operators' orders; empty where there is none
 * @param secretsFolder where the operators' token is, and what the console knows of its users
 * @param auditFile what users did, in a hash chain
 * @param patience how long a cell may take to answer before a page is shown without it
 * @param idle how long a session lasts without a request
 * @param longest how long a session lasts at all
 * @param tls what it proves its name with; empty for plain HTTP, which is for this machine only
 * @param oidc by whom users may sign in besides; empty where there is nobody
 * @param gatewayDesk the file in which the gateway says where its desk is; empty for no gateway
 */
public record ConsoleConfig(
        String host,
        int port,
        List<Endpoints.Cell> cells,
        String supervisor,
        Path secretsFolder,
        Path auditFile,
        Duration patience,
        Duration idle,
        Duration longest,
        Optional<ConsoleTls> tls,
        Optional<OidcConfig> oidc,
        Optional<Path> gatewayDesk) {
    /** Copies the list. */
    public ConsoleConfig {
        cells = List.copyOf(cells);
    }

    /** The usual times: 3 s for a cell, 30 min without a request, 12 h at all. */
    public static ConsoleConfig of(
            String host,
            int port,
            List<Endpoints.Cell> cells,
            String supervisor,
            Path secretsFolder,
            Path auditFile) {
        return new ConsoleConfig(
                host,
                port,
                cells,
                supervisor,
                secretsFolder,
                auditFile,
                Duration.ofSeconds(3),
                Duration.ofMinutes(30),
                Duration.ofHours(12),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /** The same over TLS. */
    public ConsoleConfig withTls(ConsoleTls files) {
        return with(Optional.of(files), oidc, gatewayDesk);
    }

    /** The same with a gateway, whose desk's address is in this file. */
    public ConsoleConfig withGateway(Path deskAddress) {
        return with(tls, oidc, Optional.of(deskAddress));
    }

    /** The same, where users may also sign in by this provider. */
    public ConsoleConfig with(Optional<OidcConfig> provider) {
        return with(tls, provider, gatewayDesk);
    }

    private ConsoleConfig with(
            Optional<ConsoleTls> files, Optional<OidcConfig> provider, Optional<Path> desk) {
        return new ConsoleConfig(
                host,
                port,
                cells,
                supervisor,
                secretsFolder,
                auditFile,
                patience,
                idle,
                longest,
                files,
                provider,
                desk);
    }
}
