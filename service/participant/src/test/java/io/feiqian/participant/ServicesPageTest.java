package io.feiqian.participant;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Requirement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the page shows is what the build compiles, and it does what the page says. */
final class ServicesPageTest {
    /** Surefire runs in the module's folder. */
    private static final Path PAGE = Path.of("../../docs/services.md");

    private static final Path CHOICE = Path.of("../../docs/transactions.md");

    private static final List<Path> SNIPPETS =
            List.of(
                    Path.of("src/test/java/io/feiqian/participant/ServiceSnippets.java"),
                    Path.of(
                            "../participantgrpc/src/test/java/io/feiqian/participantgrpc",
                            "GrpcSnippets.java"),
                    Path.of(
                            "../participantdubbo/src/test/java/io/feiqian/participantdubbo",
                            "DubboSnippets.java"),
                    Path.of("../rpcdubbo/src/test/java/io/feiqian/rpcdubbo/CallSnippets.java"),
                    Path.of("../rpc/src/test/java/io/feiqian/rpc/CallSnippetsTest.java"),
                    Path.of(
                            "../../foundation/registryetcd/src/test/java/io/feiqian/registryetcd",
                            "RegistrySnippets.java"));

    @Test
    void everySnippetIsCompiledByTheBuild() throws IOException {
        StringBuilder all = new StringBuilder();
        for (Path each : SNIPPETS) {
            all.append(Files.readString(each));
        }
        String source = all.toString().replaceAll("\\s+", "");
        List<String> shown =
                Pattern.compile("```java\n(.*?)```", Pattern.DOTALL)
                        .matcher(Files.readString(PAGE))
                        .results()
                        .map(found -> found.group(1))
                        .toList();

        assertThat(shown).hasSize(27);
        shown.forEach(each -> assertThat(source).contains(each.replaceAll("\\s+", "")));
    }

    @Test
    void everyCodeThatIsParticularToServicesIsOnThePage() throws IOException {
        String page = Files.readString(PAGE);
        for (OutcomeCode each :
                List.of(
                        OutcomeCode.MALFORMED_CONTEXT,
                        OutcomeCode.FORGED_CONTEXT,
                        OutcomeCode.DEADLINE_EXPIRED,
                        OutcomeCode.BODY_TOO_LARGE,
                        OutcomeCode.UNKNOWN_ACTION,
                        OutcomeCode.TRANSACTION_TOO_LARGE,
                        OutcomeCode.BRANCH_CANCELLED,
                        OutcomeCode.TRACE_CONTENT_DIFFERS,
                        OutcomeCode.TRACE_EXPIRED,
                        OutcomeCode.UNKNOWN_TRANSACTION,
                        OutcomeCode.OVERLOADED,
                        OutcomeCode.CONTRADICTION,
                        OutcomeCode.SQL_DIRTY_ROW)) {
            assertThat(page).contains("`" + each + "`");
        }
        for (ServiceAlarms.Kind each : ServiceAlarms.Kind.values()) {
            assertThat(page).contains("`" + each + "`");
        }
    }

    @Test
    @Requirement({"B11.1-1", "B11.1-2", "B11.1-3", "B11.1-4", "B11.1-5"})
    void whoChoosesAKindFindsWhatToWeighForEachOfThem() throws IOException {
        List<List<String>> table =
                Files.readString(CHOICE)
                        .lines()
                        .dropWhile(line -> !line.equals("## Choose a kind"))
                        .dropWhile(line -> !line.startsWith("|"))
                        .takeWhile(line -> line.startsWith("|"))
                        .map(line -> List.of(line.substring(1).split("\\|", -1)))
                        .toList();

        assertThat(table.get(0)).hasSize(7);
        assertThat(table.get(0).subList(1, 6))
                .map(String::strip)
                .allMatch(kind -> kind.matches("TCC|.*SQL mode.*|XA|reversal, .*saga.*|message"));
        for (String weighed :
                List.of(
                        "what the author writes",
                        "isolation",
                        "consistency",
                        "risk",
                        "durable commits, two services")) {
            assertThat(table)
                    .filteredOn(row -> row.get(0).strip().equals(weighed))
                    .singleElement()
                    .satisfies(row ->
                            assertThat(row.subList(1, 6)).as(weighed).noneMatch(String::isBlank));
        }
    }

    @Test
    void theTransferOfThePageMovesMoney() throws SQLException {
        ContextKeys keys = ContextKeys.of("1 " + "0a".repeat(32));
        try (TwoServices two = TwoServices.open();
                GlobalTransactions accounts =
                        ServiceSnippets.open(two.accountsDatabase, two.wire)) {
            two.wire.add(accounts);
            GlobalTransactions payments = two.payments();
            TransactionOrder order = two.order("7:30");

            TransactionAnswer answer =
                    ServiceSnippets.transfer(
                            payments,
                            (header, content) -> {
                                try {
                                    return ServiceSnippets.join(accounts, keys, header, content);
                                } catch (SQLException failed) {
                                    return BranchAnswer.unknown("no answer");
                                }
                            },
                            keys,
                            order.trace(),
                            TwoServices.DAY,
                            3,
                            Content.ofText("7:30"),
                            30);
            BranchAnswer credited =
                    ServiceSnippets.once(
                            two.accountsDatabase, order.trace(), order.content(), 8, 5);

            assertThat(answer.answer().text()).isEqualTo("paid");
            assertThat(credited.answer().text()).isEqualTo("credited");
            two.settle(payments, accounts);
            assertThat(two.balance(two.paymentsDatabase, 3)).isEqualTo(970);
            assertThat(two.balance(two.accountsDatabase, 7)).isEqualTo(1_030);
            assertThat(two.balance(two.accountsDatabase, 8)).isEqualTo(1_005);
        }
    }
}
