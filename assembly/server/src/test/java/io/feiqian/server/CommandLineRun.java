package io.feiqian.server;

import com.fasterxml.jackson.databind.JsonNode;
import io.feiqian.cli.Feiqian;
import io.feiqian.cli.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;

/**
 * A command as a shell would have run it, in this process.
 *
 * @param status its exit code
 * @param out what it printed
 * @param err what it complained about
 */
record CommandLineRun(int status, String out, String err) {
    /** Runs it for the system in this home folder. */
    static CommandLineRun of(Path home, String... command) {
        List<String> all = new ArrayList<>(List.of(command));
        all.addAll(List.of("--home", home.toString()));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        StringWriter err = new StringWriter();
        PrintStream standard = System.out;
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        try {
            CommandLine line = Feiqian.commandLine().setErr(new PrintWriter(err, true));
            int status = line.execute(all.toArray(String[]::new));
            return new CommandLineRun(status, out.toString(StandardCharsets.UTF_8), err.toString());
        } finally {
            System.setOut(standard);
        }
    }

    /** The same for a command of a group. */
    static CommandLineRun ofGroup(Path home, String group, String... command) {
        List<String> all = new ArrayList<>(List.of(group));
        all.addAll(List.of(command));
        return of(home, all.toArray(String[]::new));
    }

    /** What it printed, as JSON. */
    JsonNode json() {
        try {
            return Json.MAPPER.readTree(out);
        } catch (IOException wrong) {
            throw new AssertionError(toString(), wrong);
        }
    }
}
