package io.feiqian.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.cli.Feiqian;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import picocli.CommandLine;

/** What a newcomer tries first with any command. */
final class EveryCommandTest {
    @TestFactory
    Stream<DynamicTest> everyCommandExplainsItself() {
        return paths(Feiqian.commandLine(), List.of())
                .map(path ->
                        DynamicTest.dynamicTest(
                                String.join(" ", path),
                                () -> {
                                    StringWriter out = new StringWriter();
                                    CommandLine line =
                                            Feiqian.commandLine().setOut(new PrintWriter(out));
                                    List<String> arguments = new ArrayList<>(path);
                                    arguments.add("--help");

                                    assertThat(line.execute(arguments.toArray(String[]::new)))
                                            .isZero();
                                    assertThat(out.toString())
                                            .contains("Usage: feiqian " + String.join(" ", path));
                                }));
    }

    private static Stream<List<String>> paths(CommandLine of, List<String> path) {
        return of.getSubcommands().entrySet().stream()
                .filter(each -> !each.getValue().getCommandSpec().usageMessage().hidden())
                .flatMap(each -> {
                    List<String> longer = new ArrayList<>(path);
                    longer.add(each.getKey());
                    return Stream.concat(Stream.of(longer), paths(each.getValue(), longer));
                });
    }
}
