package io.feiqian.participantdubbo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.participant.BranchContext;
import io.feiqian.participant.BranchKey;
import io.feiqian.participant.Content;
import io.feiqian.participant.ContextHeader;
import io.feiqian.participant.ContextKeys;
import io.feiqian.participant.GlobalTransactions;
import io.feiqian.participant.GrayHeader;
import io.feiqian.participant.Inquiry;
import io.feiqian.participant.ServiceActions;
import io.feiqian.participant.ServiceSetup;
import io.feiqian.participant.TransactionAnswer;
import io.feiqian.participant.TransactionOrder;
import io.feiqian.participant.spi.ServiceChannel;
import io.feiqian.registry.ZooKeeperServer;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Requirement;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.apache.dubbo.rpc.RpcContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two services with a Dubbo application each, as two processes would have them. */
final class DubboServicesTest {
    private static final ContextKeys KEYS = ContextKeys.of("1 " + "0a".repeat(32));
    private static final ContextKeys FOREIGN = ContextKeys.of("1 " + "0b".repeat(32));

    private final Map<String, PhaseTwoService> references = new ConcurrentHashMap<>();
    private final List<DubboNode> nodes = new ArrayList<>();
    private TwoDatabases two;
    private GlobalTransactions payments;
    private GlobalTransactions accounts;
    private DubboNode paymentsNode;
    private DubboNode accountsNode;

    @BeforeEach
    void open() throws SQLException {
        two = new TwoDatabases();
        ServiceChannel channel = DubboSnippets.channel(this::reference, KEYS);
        payments = opened("payments", two.payments, channel);
        accounts = opened("accounts", two.accounts, channel);
        paymentsNode = serve("payments", payments);
        accountsNode = serve("accounts", accounts);
        references.put("payments", accountsNode.refer(PhaseTwoService.class, paymentsNode));
        references.put("accounts", paymentsNode.refer(PhaseTwoService.class, accountsNode));
    }

    private static GlobalTransactions opened(
            String name, DataSource database, ServiceChannel channel) throws SQLException {
        return ServiceSetup.of(name, database, channel)
                .with(ServiceActions.none().with(new TwoDatabases.Credit()))
                .with(TwoDatabases.SETTINGS)
                .createTables()
                .open();
    }

    private PhaseTwoService reference(String service) {
        PhaseTwoService there = references.get(service);
        if (there == null) {
            throw new IllegalStateException("service: " + service + " (expected: one known)");
        }
        return there;
    }

    private DubboNode serve(String name, GlobalTransactions service) {
        DubboNode node = new DubboNode(name);
        nodes.add(node);
        node.export(PhaseTwoService.class, DubboSnippets.install(node.application, service, KEYS));
        node.export(Credits.class, DubboSnippets.credits(service));
        return node;
    }

    @AfterEach
    void close() {
        payments.close();
        accounts.close();
        nodes.forEach(DubboNode::close);
    }

    private Credits credits() {
        return paymentsNode.refer(Credits.class, accountsNode);
    }

    private BranchContext context(Duration remaining) {
        TransactionOrder order = two.order(25);
        return new BranchContext(
                new BranchKey(order.trace(), 1, 1),
                "payments",
                order.content().digest(),
                TwoDatabases.DAY,
                remaining);
    }

    /** Calls with this value of the attachment, as somebody would who has no library. */
    private static OutcomeCode refused(Credits credits, Object header) {
        RpcContext.getClientAttachment().setObjectAttachment(ContextHeader.NAME, header);
        return refused(credits);
    }

    private static OutcomeCode refused(Credits credits) {
        List<OutcomeCode> codes = new ArrayList<>();
        assertThatThrownBy(() -> credits.credit("25"))
                .isInstanceOfSatisfying(
                        IllegalStateException.class,
                        failed ->
                                codes.add(
                                        DubboRefusals.read(failed)
                                                .map(Outcome.Refused::code)
                                                .orElseThrow(() -> failed)));
        return codes.get(0);
    }

    @Test
    @Requirement("P6.3.2-b")
    void aTransactionOverDubboMovesMoneyAndSettles() throws SQLException {
        TransactionAnswer answer =
                DubboSnippets.transfer(payments, two.order(25).settled(), credits());

        assertThat(answer.outcome()).isEqualTo(Outcome.accepted());
        assertThat(answer.settled()).isTrue();
        assertThat(two.paid()).isEqualTo(25);
        assertThat(two.credited()).isEqualTo(25);
        assertThat(two.held()).isZero();
    }

    @Test
    @Requirement("S.stack-2")
    void servicesThatFindEachOtherInTheRegistrySettleTransactionsOverIt(@TempDir Path folder)
            throws Exception {
        try (ZooKeeperServer registry =
                ZooKeeperServer.start(
                        ZooKeeperServer.Config.alone(folder.resolve("registry"), "127.0.0.1", 0))) {
            String address = "127.0.0.1:" + registry.port();
            DubboNode payer = DubboNode.registered("payments", address, folder);
            nodes.add(payer);
            DubboNode payee = DubboNode.registered("accounts", address, folder);
            nodes.add(payee);
            payer.export(
                    PhaseTwoService.class,
                    DubboSnippets.install(payer.application, payments, KEYS),
                    "payments");
            payee.export(
                    PhaseTwoService.class,
                    DubboSnippets.install(payee.application, accounts, KEYS),
                    "accounts");
            payee.export(Credits.class, DubboSnippets.credits(accounts));
            references.put("payments", payee.find(PhaseTwoService.class, "payments"));
            references.put("accounts", payer.find(PhaseTwoService.class, "accounts"));
            // Found by nothing else.
            paymentsNode.close();
            accountsNode.close();

            TransactionAnswer answer =
                    DubboSnippets.transfer(
                            payments, two.order(25).settled(), payer.find(Credits.class, ""));

            assertThat(answer.outcome()).isEqualTo(Outcome.accepted());
            assertThat(answer.settled()).isTrue();
            assertThat(two.paid()).isEqualTo(25);
            assertThat(two.credited()).isEqualTo(25);
            payer.close();
            payee.close();
        }
    }

    @Test
    @Requirement("P6.2.2.2-a")
    void theLabelOfACallGoesOnWithTheCallsThatItsServiceMakes() {
        DubboNode last = new DubboNode("last");
        DubboNode middle = new DubboNode("middle");
        nodes.addAll(List.of(last, middle));
        last.export(
                Credits.class,
                order ->
                        String.valueOf(
                                RpcContext.getServerAttachment().getAttachment(GrayHeader.NAME)));
        Credits behind = middle.refer(Credits.class, last);
        middle.export(Credits.class, order -> "behind: " + behind.credit(order));
        Credits credits = paymentsNode.refer(Credits.class, middle);

        RpcContext.getClientAttachment().setAttachment(GrayHeader.NAME, "version=b");
        assertThat(credits.credit("1")).isEqualTo("behind: version=b");
        assertThat(credits.credit("1")).as("of that call only").isEqualTo("behind: null");
    }

    @Test
    void aMalformedAForgedAndAnExpiredContextAreRefusedBeforeTheMethodBegins() throws SQLException {
        Credits credits = credits();
        BranchContext context = context(Duration.ofSeconds(5));
        String forged = ContextHeader.write(context, FOREIGN);
        String expired = ContextHeader.write(context(Duration.ZERO), KEYS);

        assertThat(refused(credits, "1;2;3")).isEqualTo(OutcomeCode.MALFORMED_CONTEXT);
        assertThat(refused(credits, 4711)).isEqualTo(OutcomeCode.MALFORMED_CONTEXT);
        assertThat(refused(credits, forged)).isEqualTo(OutcomeCode.FORGED_CONTEXT);
        assertThat(refused(credits, expired)).isEqualTo(OutcomeCode.DEADLINE_EXPIRED);
        assertThat(two.held()).isZero();
    }

    @Test
    void aCallWithoutAContextIsNoBranchOfAnything() throws SQLException {
        assertThat(refused(credits())).isEqualTo(OutcomeCode.MALFORMED_CONTEXT);
        assertThat(two.held()).isZero();
    }

    @Test
    void onlyTheCallThatIsMadeAsTheBranchCarriesIt() throws SQLException {
        Credits credits = credits();

        String answer =
                DubboContext.call(context(Duration.ofSeconds(30)), () -> credits.credit("25"));

        assertThat(answer).isEqualTo("announced");
        assertThat(refused(credits)).isEqualTo(OutcomeCode.MALFORMED_CONTEXT);
        assertThat(two.held()).isEqualTo(25);
    }

    @Test
    void aCallThatAServiceMakesInTurnIsNoPartOfTheBranch() throws SQLException {
        Credits accountsCredits = credits();
        DubboNode between = DubboNode.with("between", KEYS);
        nodes.add(between);
        Credits onwards = between.refer(Credits.class, accountsNode);
        between.export(Credits.class, order -> onwards.credit(order));
        Credits first = paymentsNode.refer(Credits.class, between);

        assertThatThrownBy(() ->
                        DubboContext.call(
                                context(Duration.ofSeconds(30)), () -> first.credit("25")))
                .hasMessageContaining(OutcomeCode.MALFORMED_CONTEXT.name());
        assertThat(two.held()).isZero();
        assertThat(refused(accountsCredits)).isEqualTo(OutcomeCode.MALFORMED_CONTEXT);
    }

    @Test
    void aCallThatComesTwiceIsAnsweredAsBeforeAndHoldsOnce() throws SQLException {
        Credits credits = credits();
        BranchContext context = context(Duration.ofSeconds(30));

        String first = DubboContext.call(context, () -> credits.credit("25"));
        String second = DubboContext.call(context, () -> credits.credit("25"));

        assertThat(second).isEqualTo(first);
        assertThat(two.held()).isEqualTo(25);
    }

    @Test
    void aBusinessRefusalIsTheTransactionsRefusalWithItsCode() throws SQLException {
        TransactionAnswer answer = DubboSnippets.transfer(payments, two.order(13), credits());

        assertThat(answer.outcome().code()).isEqualTo(OutcomeCode.ACCOUNT_FROZEN);
        assertThat(answer.outcome().message()).isEqualTo("account: frozen");
        two.settle(payments, accounts);
        assertThat(two.paid()).isZero();
        assertThat(two.credited()).isZero();
    }

    @Test
    void aParticipantThatIsDownAtTheConfirmIsConfirmedOnceItIsBack() throws SQLException {
        TransactionOrder order = two.order(25);
        Credits credits = credits();
        TransactionAnswer answer =
                payments.execute(
                        order,
                        scope -> {
                            DubboSnippets.call(scope, credits, order.content());
                            accountsNode.close();
                            scope.own(connection -> {
                                TwoDatabases.debit(connection, 25);
                                return Content.EMPTY;
                            });
                        });

        assertThat(answer.isAccepted()).isTrue();
        assertThat(answer.settled()).isFalse();
        assertThat(two.credited()).isZero();

        accountsNode = serve("accounts", accounts);
        references.put("accounts", paymentsNode.refer(PhaseTwoService.class, accountsNode));
        two.settle(payments, accounts);

        assertThat(two.credited()).isEqualTo(25);
        assertThat(two.held()).isZero();
        assertThat(two.paid()).isEqualTo(25);
    }

    @Test
    void aBranchLeftBehindAsksItsInitiatorOverDubbo() throws SQLException {
        BranchContext context = context(Duration.ofSeconds(2));
        accounts.branches().tcc(context, "credit", Content.ofText("25"));
        assertThat(two.held()).isEqualTo(25);

        two.settle(accounts);

        assertThat(two.held()).isZero();
        assertThat(payments.find(context.key().trace()).orElseThrow().isAccepted()).isFalse();
    }

    @Test
    void phaseTwoOfSomebodyWithAnotherKeyIsRefused() {
        Inquiry inquiry = new Inquiry(context(Duration.ZERO).key(), 7);

        assertThatThrownBy(() ->
                        DubboPhaseTwo.channel(this::reference, FOREIGN)
                                .inquire("payments", inquiry)
                                .toCompletableFuture()
                                .join())
                .cause()
                .isInstanceOfSatisfying(
                        IllegalStateException.class,
                        failed ->
                                assertThat(DubboRefusals.read(failed).map(Outcome.Refused::code))
                                        .contains(OutcomeCode.FORGED_CONTEXT));
    }
}
