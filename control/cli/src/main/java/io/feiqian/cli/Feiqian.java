package io.feiqian.cli;

import io.feiqian.cli.spi.CommandProvider;
import io.feiqian.vocabulary.RefusedException;
import java.util.Arrays;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

/**
 * The one executable: collects the commands of every module and runs the one that was asked for.
 */
@Command(
        name = "feiqian",
        mixinStandardHelpOptions = true,
        version = "feiqian " + Feiqian.VERSION,
        sortOptions = false,
        description = "A distributed online transaction system for a bank.",
        synopsisSubcommandLabel = "COMMAND",
        footerHeading = "%nExit codes:%n")
public final class Feiqian implements Callable<Integer> {
    /** The version of this build. */
    public static final String VERSION = "0.1.0";

    private Feiqian() {}

    /** Runs the command line and ends the process with its exit status. */
    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    /** Runs the command line in this process; the exit status's code. */
    public static int run(String... arguments) {
        return commandLine().execute(arguments);
    }

    /** The command line with the commands of every module on the class path. */
    public static CommandLine commandLine() {
        CommandLine line = new CommandLine(new Feiqian());
        for (CommandProvider provider : ServiceLoader.load(CommandProvider.class)) {
            provider.commands().forEach(line::addSubcommand);
        }
        line.getSubcommands().values().forEach(Feiqian::addHelp);
        line.getCommandSpec().usageMessage().footer(exitCodes());
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setParameterExceptionHandler(Feiqian::explainUsage);
        line.setExecutionExceptionHandler(Feiqian::explainFailure);
        return line;
    }

    /** Whatever module a command comes from, it explains itself, unless nobody is to see it. */
    private static void addHelp(CommandLine command) {
        if (command.getCommandSpec().usageMessage().hidden()) {
            return;
        }
        if (!command.getCommandSpec().mixinStandardHelpOptions()) {
            command.getCommandSpec().mixinStandardHelpOptions(true);
        }
        command.getSubcommands().values().forEach(Feiqian::addHelp);
    }

    @Override
    public Integer call() {
        CommandLine line = commandLine();
        line.usage(line.getErr());
        return ExitStatus.USAGE.code();
    }

    private static String[] exitCodes() {
        return Arrays.stream(ExitStatus.values())
                .map(each -> "  %2d  %s".formatted(each.code(), each.meaning()))
                .toArray(String[]::new);
    }

    private static int explainUsage(ParameterException wrong, String[] arguments) {
        CommandLine line = wrong.getCommandLine();
        line.getErr().println("feiqian: " + wrong.getMessage());
        if (!CommandLine.UnmatchedArgumentException.printSuggestions(wrong, line.getErr())) {
            line.getErr()
                    .println(
                            "Run 'feiqian %s --help' to see what it takes."
                                    .formatted(path(line))
                                    .replace("  ", " "));
        }
        return ExitStatus.USAGE.code();
    }

    private static int explainFailure(
            Exception failure, CommandLine line, CommandLine.ParseResult parsed) {
        if (failure instanceof CommandFailure known) {
            line.getErr().println("feiqian: " + known.happened());
            if (!known.remedy().isEmpty()) {
                line.getErr().println(known.remedy());
            }
            return known.status().code();
        }
        if (failure instanceof RefusedException refused) {
            line.getErr().println("feiqian: " + refused.getMessage());
            line.getErr().println("Run 'feiqian " + path(line) + " --help' to see what it takes.");
            return ExitStatus.USAGE.code();
        }
        line.getErr().println("feiqian: a fault in '" + path(line) + "': " + failure);
        failure.printStackTrace(line.getErr());
        return ExitStatus.FAULT.code();
    }

    private static String path(CommandLine line) {
        return Arrays.stream(line.getCommandSpec().qualifiedName(" ").split(" "))
                .skip(1)
                .collect(Collectors.joining(" "));
    }
}
