package io.feiqian.cli;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says whether evidence is as it was made. */
@Command(
        name = "evidence",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Say whether a file of evidence, exported from the console, is as it was made.",
            "Needs the file only: no system has to run."
        })
final class EvidenceCommand implements Callable<Integer> {
    private static final long MOST_BYTES = 64L * 1024 * 1024;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Parameters(index = "0", paramLabel = "verify", description = "what to do: verify")
    private String what = "";

    @Parameters(index = "1", paramLabel = "FILE", description = "the file")
    private Path file = Path.of("");

    @Option(
            names = "--key",
            paramLabel = "FINGERPRINT",
            description = "who must have signed it: the fingerprint that the console shows")
    private String key = "";

    @Override
    public Integer call() {
        if (!what.equals("verify")) {
            throw new ParameterException(
                    spec.commandLine(), "what: " + what + " (expected: verify)");
        }
        var out = spec.commandLine().getOut();
        switch (Evidence.verify(read())) {
            case Evidence.Verdict.Intact(var first, int lines, String fingerprint) -> {
                if (!key.isEmpty() && !key.equals(fingerprint)) {
                    out.println(
                            "NOT of this system: signed by %s (expected: %s)"
                                    .formatted(fingerprint, key));
                    return ExitStatus.FAILED.code();
                }
                out.println(
                        "intact: transaction %s, %d lines, made %s by %s, signed by %s"
                                .formatted(
                                        first.path("trace_number").asText(),
                                        lines,
                                        first.path("made_at").asText(),
                                        first.path("made_by").asText(),
                                        fingerprint));
                if (key.isEmpty()) {
                    out.println(
                            "compare the fingerprint with the one of the system, or give it as --key");
                }
                return ExitStatus.OK.code();
            }
            case Evidence.Verdict.Broken(int line, String why) -> {
                out.println("NOT as it was made: line %d: %s".formatted(line, why));
                return ExitStatus.FAILED.code();
            }
        }
    }

    private String read() {
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw new ParameterException(
                        spec.commandLine(),
                        "file: larger than %d bytes (expected: evidence)".formatted(MOST_BYTES));
            }
            return Files.readString(file);
        } catch (CharacterCodingException binary) {
            throw new ParameterException(
                    spec.commandLine(), "file: not text (expected: evidence)", binary);
        } catch (IOException unreadable) {
            throw new CommandFailure(
                    ExitStatus.FAILED,
                    "file: " + file + " cannot be read",
                    "give the path of a file of evidence",
                    unreadable);
        }
    }
}
