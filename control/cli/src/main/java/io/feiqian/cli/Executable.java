package io.feiqian.cli;

import java.util.ArrayList;
import java.util.List;

/**
 * The executable that this process was started from, so that it can start its other roles as
 * processes of their own.
 */
public final class Executable {
    private static final List<String> ALWAYS =
            List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow");

    private Executable() {}

    /**
     * The command that runs {@code feiqian} with these arguments in a JVM with these flags, on the
     * class path and with the home and checkout of this process.
     */
    public static List<String> command(List<String> flags, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(System.getProperty("java.home") + "/bin/java");
        command.addAll(flags);
        command.addAll(ALWAYS);
        for (String property : List.of(CommonOptions.HOME_PROPERTY, "feiqian.checkout")) {
            String value = System.getProperty(property);
            if (value != null) {
                command.add("-D" + property + "=" + value);
            }
        }
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(Feiqian.class.getName());
        command.addAll(arguments);
        return command;
    }
}
