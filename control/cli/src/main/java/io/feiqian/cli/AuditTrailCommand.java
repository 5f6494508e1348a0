package io.feiqian.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.feiqian.security.AuditChain;
import io.feiqian.security.AuditHead;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What operators did on record, as files. */
@Command(
        name = "audit-trail",
        mixinStandardHelpOptions = true,
        description = "The record of what operators did.",
        subcommands = AuditTrailCommand.Verify.class)
final class AuditTrailCommand extends CommandGroup {
    /** Says whether a trail is as it was written; reads the file only, and changes nothing. */
    @Command(
            name = "verify",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = {
                "Say whether nobody changed, put in or left out a record of an audit trail.",
                "Needs the file only: no system has to run, and one that runs may go on."
            })
    static final class Verify implements Callable<Integer> {
        private static final Pattern SEEN = Pattern.compile("([1-9][0-9]{0,17}):([0-9a-f]{64})");

        @Spec private CommandSpec spec = CommandSpec.create();
        @Mixin private final CommonOptions common = new CommonOptions();

        @Option(
                names = "--file",
                paramLabel = "FILE",
                description = "the trail (default: console/audit.jsonl of the home folder)")
        private Optional<Path> file = Optional.empty();

        @Option(
                names = "--seen",
                paramLabel = "HEAD",
                description = {
                    "the head that this command printed earlier, number:hash, kept elsewhere:",
                    "without it nobody can tell that the newest records were cut off"
                })
        private String seen = "";

        @Override
        public Integer call() {
            Path trail = file.orElseGet(() -> common.home().resolve("console/audit.jsonl"));
            return switch (verdict(trail, head())) {
                case AuditChain.Intact(var head) -> intact(head);
                case AuditChain.Broken(long line, String why) -> broken(line, why);
            };
        }

        private int intact(AuditHead head) {
            String known = head.sequence() == 0 ? "" : head.sequence() + ":" + head.hash();
            if (common.json()) {
                say(answer(true).put("records", head.sequence()).put("head", known));
            } else {
                say(
                        "intact: %d records, head %s"
                                .formatted(head.sequence(), known.isEmpty() ? "none" : known));
            }
            return ExitStatus.OK.code();
        }

        private int broken(long line, String why) {
            if (common.json()) {
                say(answer(false).put("line", line).put("why", why));
            } else {
                say("NOT as it was written: line %d: %s".formatted(line, why));
            }
            return ExitStatus.FAILED.code();
        }

        private static ObjectNode answer(boolean intact) {
            return BankClient.body().put("intact", intact);
        }

        private void say(ObjectNode answer) {
            say(answer.toPrettyString());
        }

        private void say(String text) {
            spec.commandLine().getOut().println(text);
        }

        private AuditHead head() {
            if (seen.isEmpty()) {
                return AuditHead.NONE;
            }
            Matcher head = SEEN.matcher(seen);
            if (!head.matches()) {
                throw new ParameterException(
                        spec.commandLine(),
                        "seen: " + seen + " (expected: number:hash, as this command prints it)");
            }
            return new AuditHead(Long.parseLong(head.group(1)), head.group(2));
        }

        private static AuditChain.Verdict verdict(Path trail, AuditHead seen) {
            try {
                if (!Files.isRegularFile(trail)) {
                    throw new IOException("no file");
                }
                return AuditChain.verify(trail, seen);
            } catch (IOException unreadable) {
                throw new CommandFailure(
                        ExitStatus.FAILED,
                        "file: " + trail + " cannot be read",
                        "Give the path of an audit trail as --file.",
                        unreadable);
            }
        }
    }
}
