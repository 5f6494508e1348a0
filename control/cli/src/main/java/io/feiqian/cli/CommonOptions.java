package io.feiqian.cli;

import java.io.PrintStream;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/**
 * The options that every command takes, as a picocli mixin: {@code @Mixin CommonOptions common =
 * new CommonOptions()}.
 */
public final class CommonOptions {
    /** The system property by which the start script names the home folder to use by default. */
    public static final String HOME_PROPERTY = "feiqian.home";

    @Option(
            names = "--home",
            paramLabel = "DIR",
            description = "the folder that holds the system's data (default: ${DEFAULT-VALUE})")
    private Path home = Path.of(System.getProperty(HOME_PROPERTY, ".feiqian"));

    @Option(names = "--json", description = "print the result as JSON")
    private boolean json;

    @Option(
            names = "--operator",
            paramLabel = "NAME",
            description = "who asks for a change (default: ${DEFAULT-VALUE})")
    private String operator = System.getProperty("user.name", "");

    @Option(names = "--reason", paramLabel = "TEXT", description = "why the change is made")
    private String reason = "";

    /** The home folder, absolute. */
    public Path home() {
        return home.toAbsolutePath().normalize();
    }

    /** Whether results are printed as JSON. */
    public boolean json() {
        return json;
    }

    /** Who asks for a change. */
    public String operator() {
        return operator;
    }

    /** Why a change is made; the command's own name where nothing was given. */
    public String reason(String otherwise) {
        return reason.isBlank() ? otherwise : reason;
    }

    /** Opens the home folder of a system that is there. */
    public HomeFolder openHome() {
        return HomeFolder.open(home());
    }

    /** Where results go. */
    @SuppressWarnings("SystemOut") // The command line's results are its standard output.
    public PrintStream out() {
        return System.out;
    }
}
