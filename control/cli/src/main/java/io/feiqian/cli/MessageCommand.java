package io.feiqian.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.feiqian.bank.contract.ChangeMessageRequest;
import io.feiqian.bank.contract.ChangeMessageResponse;
import io.feiqian.bank.contract.FindMessagesRequest;
import io.feiqian.bank.contract.FindMessagesResponse;
import io.feiqian.bank.contract.ListMessageKeysRequest;
import io.feiqian.bank.contract.ListMessageKeysResponse;
import io.feiqian.bank.contract.MessageAdminGrpc;
import io.feiqian.bank.contract.MessageAdminGrpc.MessageAdminBlockingStub;
import io.feiqian.bank.contract.MessageKeyRecord;
import io.feiqian.bank.contract.MessageRecord;
import io.feiqian.bank.contract.ReplayMessagesRequest;
import io.feiqian.rpc.contract.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Messages between cells as operators see them: straight from the cells' own records. */
@Command(
        name = "message",
        mixinStandardHelpOptions = true,
        description = "List what messages wait, show messages, take up, skip or send again.",
        subcommands = {
            MessageCommand.Listing.class,
            MessageCommand.Show.class,
            MessageCommand.Retry.class,
            MessageCommand.Skip.class,
            MessageCommand.Replay.class
        })
final class MessageCommand extends CommandGroup {
    private static final String KEY_HELP =
            "the key as 'message list' shows it: producer:consumer:replay:topic:name";

    /** To have no record of a message is an answer too. */
    private static <R> TxCells.Said<R> askAll(
            CommonOptions common,
            String command,
            Function<MessageAdminBlockingStub, R> question,
            Function<R, Outcome> outcome) {
        return TxCells.askAll(
                common,
                command,
                cell -> {
                    R answer = cell.ask(MessageAdminGrpc::newBlockingStub, question);
                    int code = outcome.apply(answer).getCode();
                    if (code != OutcomeCode.ACCEPTED.number()
                            && code != OutcomeCode.UNKNOWN_MESSAGE.number()) {
                        throw TxCells.refusal(cell.cell(), outcome.apply(answer));
                    }
                    return answer;
                });
    }

    /** Lists keys: what waits, what is dead, or all of one name. */
    @Command(
            name = "list",
            sortOptions = false,
            mixinStandardHelpOptions = true,
            description = "List keys with messages that wait, or that wait for an operator.")
    static final class Listing implements Callable<Integer> {
        @Mixin private final CommonOptions common = new CommonOptions();

        @Option(names = "--dead", description = "only those that wait for an operator")
        private boolean dead;

        @Option(
                names = "--name",
                description = "all keys of this name, and how far they were consumed")
        private String name = "";

        @Option(
                names = "--limit",
                description = "the most keys of each cell (default: ${DEFAULT-VALUE})")
        private int limit = 50;

        @Override
        public Integer call() {
            ListMessageKeysRequest request =
                    ListMessageKeysRequest.newBuilder()
                            .setState(dead ? "DEAD" : "WAITING")
                            .setName(name)
                            .setLimit(limit)
                            .build();
            TxCells.Said<ListMessageKeysResponse> said =
                    askAll(
                            common,
                            "message list",
                            it -> it.listMessageKeys(request),
                            ListMessageKeysResponse::getOutcome);
            if (common.json()) {
                ArrayNode all = BankClient.body().arrayNode();
                said.answers().forEach(each -> all.add(Json.of(each)));
                common.out().println(all.toPrettyString());
            } else {
                said.answers().forEach(this::print);
                common.out()
                        .printf(
                                "%d keys have messages that wait, %d wait for an operator%n",
                                said.answers().stream()
                                        .mapToLong(ListMessageKeysResponse::getWaiting)
                                        .sum(),
                                said.answers().stream()
                                        .mapToLong(ListMessageKeysResponse::getDead)
                                        .sum());
            }
            return said.end();
        }

        private void print(ListMessageKeysResponse each) {
            each.getKeysList().forEach(it -> common.out().println(line(it)));
            each.getMarksList()
                    .forEach(it ->
                            common.out()
                                    .printf(
                                            "%s consumed %s up to %d, %d skipped, last %s%n",
                                            it.getCell(),
                                            it.getKey(),
                                            it.getMark(),
                                            it.getSkipped(),
                                            Instant.ofEpochMilli(it.getTakenAtMillis())));
        }
    }

    /** Shows messages by key and position, by transaction, or by time. */
    @Command(
            name = "show",
            sortOptions = false,
            mixinStandardHelpOptions = true,
            description = "Show messages: of a key, of a transaction, or of a time.")
    static final class Show implements Callable<Integer> {
        @Mixin private final CommonOptions common = new CommonOptions();

        @Option(names = "--key", paramLabel = "KEY", description = KEY_HELP)
        private String key = "";

        @Option(
                names = "--from",
                paramLabel = "POSITION",
                description = "of a key: the first number (default: ${DEFAULT-VALUE})")
        private long from = 1;

        @Option(names = "--trace", paramLabel = "TRACE", description = "a trace number, 33 digits")
        private String trace = "";

        @Option(
                names = "--since",
                paramLabel = "TIME",
                description = "sent at or after, such as 2026-01-05T08:00:00Z")
        private Instant since = Instant.EPOCH;

        @Option(names = "--topic", description = "with --since: only of this topic")
        private String topic = "";

        @Option(
                names = "--limit",
                description = "the most messages of each cell (default: ${DEFAULT-VALUE})")
        private int limit = 50;

        @Override
        public Integer call() {
            FindMessagesRequest request =
                    FindMessagesRequest.newBuilder()
                            .setKey(key)
                            .setFromPosition(from)
                            .setTraceNumber(trace)
                            .setFromMillis(since.toEpochMilli())
                            .setTopic(topic)
                            .setLimit(limit)
                            .build();
            TxCells.Said<FindMessagesResponse> said =
                    askAll(
                            common,
                            "message show",
                            it -> it.findMessages(request),
                            FindMessagesResponse::getOutcome);
            if (common.json()) {
                ArrayNode all = BankClient.body().arrayNode();
                said.answers()
                        .forEach(
                                each -> each.getMessagesList().forEach(it -> all.add(Json.of(it))));
                common.out().println(all.toPrettyString());
            } else {
                said.answers()
                        .forEach(each ->
                                each.getMessagesList()
                                        .forEach(it -> common.out().println(line(it))));
            }
            return said.end();
        }
    }

    /** Which message a change is about. */
    static final class OneMessage {
        @Parameters(index = "0", paramLabel = "KEY", description = KEY_HELP)
        private String key = "";

        @Parameters(index = "1", paramLabel = "POSITION", description = "the message's number")
        private long position;

        ChangeMessageRequest request() {
            return ChangeMessageRequest.newBuilder().setKey(key).setPosition(position).build();
        }
    }

    /** Delivers a dead message again. */
    @Command(
            name = "retry",
            mixinStandardHelpOptions = true,
            description = "Deliver a dead message again, now.")
    static final class Retry implements Callable<Integer> {
        @Mixin private final CommonOptions common = new CommonOptions();

        @Mixin private final OneMessage message = new OneMessage();

        @Override
        public Integer call() {
            return change(common, "message retry", it -> it.retryMessage(message.request()));
        }
    }

    /** Gives a message up. */
    @Command(
            name = "skip",
            mixinStandardHelpOptions = true,
            description = "Give up the next message of a key; the later ones go on.")
    static final class Skip implements Callable<Integer> {
        @Mixin private final CommonOptions common = new CommonOptions();

        @Mixin private final OneMessage message = new OneMessage();

        @Override
        public Integer call() {
            return change(common, "message skip", it -> it.skipMessage(message.request()));
        }
    }

    /** Sends finished messages again. */
    @Command(
            name = "replay",
            mixinStandardHelpOptions = true,
            description = "Send finished messages of a key again, under a rewind of their own.")
    static final class Replay implements Callable<Integer> {
        @Mixin private final CommonOptions common = new CommonOptions();

        @Parameters(index = "0", paramLabel = "KEY", description = KEY_HELP)
        private String key = "";

        @Parameters(index = "1", paramLabel = "FROM", description = "the first number")
        private long from;

        @Parameters(index = "2", paramLabel = "TO", description = "the last number")
        private long to;

        @Override
        public Integer call() {
            ReplayMessagesRequest request =
                    ReplayMessagesRequest.newBuilder()
                            .setKey(key)
                            .setFromPosition(from)
                            .setToPosition(to)
                            .build();
            return change(common, "message replay", it -> it.replayMessages(request));
        }
    }

    /** Only the cell that sent it has the message on record. */
    private static int change(
            CommonOptions common,
            String command,
            Function<MessageAdminBlockingStub, ChangeMessageResponse> question) {
        TxCells.Said<ChangeMessageResponse> said =
                askAll(common, command, question, ChangeMessageResponse::getOutcome);
        List<ChangeMessageResponse> changed =
                said.answers().stream().filter(each -> each.getOutcome().getCode() == 0).toList();
        if (changed.isEmpty() && said.silent().isEmpty()) {
            throw TxCells.refusal("every cell", said.answers().getFirst().getOutcome());
        }
        for (ChangeMessageResponse each : changed) {
            if (common.json()) {
                ObjectNode row = Json.of(each.getKey());
                common.out().println(row.toPrettyString());
            } else {
                common.out().println(line(each.getKey()));
            }
        }
        return said.end();
    }

    private static String line(MessageKeyRecord key) {
        String state =
                key.getFinished() == key.getSent()
                        ? "all finished"
                        : "%d to deliver, the next %s%s"
                                .formatted(
                                        key.getSent() - key.getFinished(),
                                        key.getState(),
                                        key.getAttempts() == 0
                                                ? ""
                                                : ", refused %d times, last %s: %s"
                                                        .formatted(
                                                                key.getAttempts(),
                                                                key.getSaid().getName(),
                                                                key.getSaid().getMessage()));
        return "%s to %s %s: %d sent, %s"
                .formatted(
                        key.getCell(),
                        key.getConsumer().isEmpty() ? "nobody" : key.getConsumer(),
                        key.getKey(),
                        key.getSent(),
                        state);
    }

    private static String line(MessageRecord message) {
        String when =
                message.getFinishedAtMillis() > 0
                        ? "finished " + Instant.ofEpochMilli(message.getFinishedAtMillis())
                        : "due " + Instant.ofEpochMilli(message.getDueAtMillis());
        return "%s %s %d %s of %s step %d, %d bytes, sent %s, %s%s"
                .formatted(
                        message.getCell(),
                        message.getKey(),
                        message.getPosition(),
                        message.getState(),
                        message.getTraceNumber(),
                        message.getSubNumber(),
                        message.getBytes(),
                        Instant.ofEpochMilli(message.getSentAtMillis()),
                        when,
                        message.getOriginal() == 0 ? "" : ", first " + message.getOriginal());
    }
}
