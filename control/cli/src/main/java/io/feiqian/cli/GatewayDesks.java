package io.feiqian.cli;

import io.feiqian.runtime.Randomness;
import io.feiqian.security.AdminToken;
import io.feiqian.security.Secrets;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where the desks of gateways on this machine are. A gateway writes the address of its desk into a
 * file of its folder, and below it where its secrets lie.
 */
public final class GatewayDesks {
    /** The file's name in a gateway's folder. */
    public static final String FILE = "desk-address";

    private static final String EXPECTED =
            "the name of a gateway of --home, the folder of one, or its desk's address such as http://127.0.0.1:8081";

    private GatewayDesks() {}

    /**
     * A desk.
     *
     * @param address such as {@code http://127.0.0.1:40123}
     * @param token the operators' token of that gateway; empty where it is not known
     */
    public record Found(String address, String token) {}

    /** What a gateway writes: its desk's address, and where its secrets lie. */
    public static String written(String address, Path secrets) {
        return address + "\n" + secrets.toAbsolutePath().normalize() + "\n";
    }

    /**
     * What a gateway wrote.
     *
     * @throws IOException where there is no such file
     */
    public static Found read(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file);
        String address = lines.isEmpty() ? "" : lines.getFirst().strip();
        return new Found(address, lines.size() < 2 ? "" : token(Path.of(lines.get(1).strip())));
    }

    /**
     * The desk of a gateway.
     *
     * @param which a name, a folder or an address; empty for the one of the home folder
     * @throws CommandFailure where there is none, or several may be meant
     */
    static Found find(Path home, String which) {
        if (which.contains("://")) {
            return new Found(which.replaceAll("/+$", ""), token(home.resolve("secrets")));
        }
        Path file = which.isEmpty() ? only(home) : home.resolve(which).resolve(FILE);
        if (!which.isEmpty() && !Files.exists(file)) {
            file = Path.of(which).resolve(FILE);
        }
        try {
            Found found = read(file);
            return found.token().isEmpty()
                    ? new Found(found.address(), token(home.resolve("secrets")))
                    : found;
        } catch (NoSuchFileException | NotDirectoryException absent) {
            throw new CommandFailure(
                    ExitStatus.NOT_RUNNING,
                    "gateway: no \"%s\" runs here (expected: %s)".formatted(which, EXPECTED),
                    known(home),
                    absent);
        } catch (IOException unreadable) {
            throw new CommandFailure(
                    ExitStatus.NOT_RUNNING,
                    file + " cannot be read: " + unreadable.getMessage(),
                    "Name the gateway with --gateway.",
                    unreadable);
        }
    }

    private static Path only(Path home) {
        List<String> names = names(home);
        if (names.size() == 1) {
            return home.resolve(names.getFirst()).resolve(FILE);
        }
        if (names.isEmpty()) {
            throw new CommandFailure(
                    ExitStatus.NOT_RUNNING,
                    "no gateway runs in " + home,
                    "Name one with --gateway: its folder, or the address of its desk.");
        }
        throw new CommandFailure(
                ExitStatus.USAGE,
                "gateway: not named (expected: --gateway with one of %s)".formatted(names),
                "Several run in " + home + ".");
    }

    private static String known(Path home) {
        List<String> names = names(home);
        return names.isEmpty()
                ? "None runs in " + home + "."
                : "Those of %s: %s.".formatted(home, String.join(", ", names));
    }

    /** The names of the gateways of a home folder: those of the folders that have the file. */
    public static List<String> names(Path home) {
        try (Stream<Path> folders = Files.list(home)) {
            return folders.filter(each -> Files.exists(each.resolve(FILE)))
                    .map(each -> String.valueOf(each.getFileName()))
                    .sorted()
                    .toList();
        } catch (NoSuchFileException | NotDirectoryException none) {
            return List.of();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static String token(Path secrets) {
        return Optional.of(secrets)
                .filter(Files::isDirectory)
                .flatMap(each -> AdminToken.find(Secrets.in(each, Randomness.secure())))
                .map(AdminToken::reveal)
                .orElse("");
    }
}
