package io.feiqian.model;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A search of a Promela model: spin writes the verifier, a C compiler builds it, and it visits
 * every state that the model can reach. Thread-safe; two searches need two folders.
 *
 * @param model the file with the model
 * @param folder an empty folder for what the search writes
 * @param definitions what the model is compiled with, such as {@code BREAK_ABORT_FIRST}
 * @param depth how far it looks
 */
public record ModelSearch(Path model, Path folder, List<String> definitions, Depth depth) {
    /** How far a search looks. */
    public enum Depth {
        /** Until the first violation; quick to begin. */
        FIRST_VIOLATION("-O0 -DSAFETY -DCOLLAPSE -DNOFAIR", "-w24 -m100000"),
        /** Every state. */
        EVERY_STATE("-O2 -DSAFETY -DCOLLAPSE -DNOFAIR", "-w24 -m100000"),
        /**
         * Every state, and whether any run goes on for ever: a cycle of steps would be one without
         * progress, since the model marks none as progress.
         */
        EVERY_RUN("-O2 -DNP -DCOLLAPSE -DNOFAIR", "-w24 -m100000 -l");

        private final String compilerOptions;
        private final String searchOptions;

        Depth(String compilerOptions, String searchOptions) {
            this.compilerOptions = compilerOptions;
            this.searchOptions = searchOptions;
        }
    }

    /** What the search needs from the machine. */
    private static final List<String> TOOLS = List.of("spin", "gcc");

    private static final Pattern ERRORS = Pattern.compile("errors: (\\d+)");
    private static final Pattern STATES = Pattern.compile("(\\d+) states, stored");
    private static final Pattern VIOLATED = Pattern.compile("violated: (\\w+)");
    private static final List<String> INCOMPLETE =
            List.of("max search depth too small", "out of memory", "Search not completed");
    private static final long MOST_SECONDS = 600;

    /** Copies the list. */
    public ModelSearch {
        definitions = List.copyOf(definitions);
    }

    /**
     * What a search found.
     *
     * @param states how many different states it visited
     * @param violated the property that does not hold, by its name in the model, or the verifier's
     *     own words; empty where all hold in every state
     */
    public record Finding(long states, Optional<String> violated) {}

    /** The tools that a search needs and this machine does not have. */
    public static List<String> missingTools() {
        String path = System.getenv().getOrDefault("PATH", "");
        return TOOLS.stream()
                .filter(tool ->
                        Stream.of(path.split(File.pathSeparator, -1))
                                .noneMatch(each -> Files.isExecutable(Path.of(each, tool))))
                .toList();
    }

    /**
     * Searches.
     *
     * @throws IllegalStateException where the model cannot be read, or the search ended before it
     *     had seen every state and had found nothing by then
     */
    public Finding run() throws IOException, InterruptedException {
        List<String> defined = definitions.stream().map(each -> "-D" + each).toList();
        String file = model.toAbsolutePath().toString();
        execute(command("spin -a", defined, file));
        execute(command("gcc -w -o pan " + depth.compilerOptions, List.of(), "pan.c"));
        String text = execute(command("./pan " + depth.searchOptions, List.of()));
        long errors = number(ERRORS, text);
        long states = number(STATES, text);
        if (errors == 0) {
            for (String each : INCOMPLETE) {
                if (text.contains(each)) {
                    throw new IllegalStateException(
                            "search of %s: %s (expected: every state)".formatted(model, each));
                }
            }
            return new Finding(states, Optional.empty());
        }
        String replay = execute(command("spin -t -k " + trail(), defined, file));
        Matcher named = VIOLATED.matcher(replay);
        return new Finding(
                states,
                Optional.of(
                        named.find()
                                ? named.group(1)
                                : text.lines().findFirst().orElse("unknown")));
    }

    private String trail() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(each -> each.getFileName().toString())
                    .filter(each -> each.endsWith(".trail"))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("trail: none in " + folder));
        }
    }

    private static List<String> command(String begin, List<String> defined, String... rest) {
        List<String> command = new ArrayList<>(List.of(begin.split(" ", -1)));
        command.addAll(defined);
        command.addAll(List.of(rest));
        return command;
    }

    private static long number(Pattern pattern, String text) {
        Matcher found = pattern.matcher(text);
        if (!found.find()) {
            throw new IllegalStateException("search: no verdict in " + text);
        }
        return Long.parseLong(found.group(1));
    }

    private String execute(List<String> command) throws IOException, InterruptedException {
        Path output = Files.createTempFile(folder, "output", ".txt");
        Process process =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        try {
            if (!process.waitFor(MOST_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException(
                        "%s: not done in %d s".formatted(command, MOST_SECONDS));
            }
        } finally {
            process.destroyForcibly();
        }
        String text = Files.readString(output, StandardCharsets.UTF_8);
        boolean tool = !command.getFirst().equals("./pan") && !command.contains("-t");
        if (tool && process.exitValue() != 0) {
            throw new IllegalStateException(command + ": " + text);
        }
        return text;
    }
}
