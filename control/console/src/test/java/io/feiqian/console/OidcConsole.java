package io.feiqian.console;

import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.SettableClock;
import io.feiqian.security.Secrets;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A console without cells whose users may sign in by a provider of the test's. */
final class OidcConsole implements AutoCloseable {
    final SettableClock clock = new SettableClock(Instant.parse("2026-01-05T08:00:00Z"));
    final OidcTestProvider provider = new OidcTestProvider(clock);
    final Secrets secrets;
    final String address;
    private final Path folder;
    private final Console console;

    OidcConsole(Path folder) {
        this(folder, OidcTestProvider.SECRET);
    }

    OidcConsole(Path folder, String secret) {
        this(folder, secret, Optional.empty());
    }

    /** One that browsers reach at another address than it listens at, such as through a proxy. */
    OidcConsole(Path folder, String secret, Optional<String> reached) {
        this.folder = folder;
        secrets = Secrets.in(folder.resolve("secrets"), Randomness.seeded(7));
        var _ = secrets.create(OidcConfig.SECRET, secret);
        int port = freePort();
        address = "http://127.0.0.1:" + port;
        console =
                Console.start(
                        ConsoleConfig.of(
                                        "127.0.0.1",
                                        port,
                                        List.of(),
                                        "",
                                        folder.resolve("secrets"),
                                        folder.resolve("audit.jsonl"))
                                .with(
                                        Optional.of(
                                                config(
                                                        provider.issuer(),
                                                        reached.orElse(address)))),
                        Optional.empty(),
                        Optional.empty(),
                        clock);
    }

    static OidcConfig config(String issuer, String console) {
        return new OidcConfig(
                "Test Bank",
                issuer,
                OidcTestProvider.CLIENT,
                console,
                "openid profile",
                "preferred_username",
                "groups",
                List.of(
                        new OidcConfig.Group("viewers", "VIEWER"),
                        new OidcConfig.Group("operators", "OPERATOR"),
                        new OidcConfig.Group("administrators", "ADMINISTRATOR")));
    }

    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Somebody with a browser of their own. */
    OidcVisitor visitor() {
        return new OidcVisitor(address);
    }

    /** The users as another console over the same folder knows them. */
    Users users() {
        return new Users(secrets, new Passwords(Randomness.seeded(7)));
    }

    String audit() {
        try {
            return Files.readString(folder.resolve("audit.jsonl"));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Override
    public void close() {
        console.close();
        provider.close();
    }
}
