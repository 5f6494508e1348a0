package io.feiqian.participantdubbo;

import io.feiqian.participant.BranchAnswer;
import io.feiqian.participant.BranchContext;
import io.feiqian.participant.Content;
import io.feiqian.participant.ContextKeys;
import io.feiqian.participant.GlobalTransactions;
import io.feiqian.participant.SignedEndpoint;
import io.feiqian.participant.TransactionAnswer;
import io.feiqian.participant.TransactionOrder;
import io.feiqian.participant.TransactionScope;
import io.feiqian.participant.spi.ServiceChannel;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import java.sql.SQLException;
import java.util.function.Function;
import org.apache.dubbo.rpc.RpcException;
import org.apache.dubbo.rpc.model.ApplicationModel;

/** What the page on services shows of Dubbo, so that the build compiles it and the tests run it. */
final class DubboSnippets {
    private DubboSnippets() {}

    static PhaseTwoService install(
            ApplicationModel application, GlobalTransactions service, ContextKeys keys) {
        DubboContext.install(application, keys);
        PhaseTwoService phaseTwo = DubboPhaseTwo.service(new SignedEndpoint(service, keys));
        return phaseTwo;
    }

    static ServiceChannel channel(Function<String, PhaseTwoService> references, ContextKeys keys) {
        ServiceChannel channel = DubboPhaseTwo.channel(references, keys);
        return channel;
    }

    static BranchAnswer call(TransactionScope scope, Credits credits, Content order) {
        return scope.call(
                "accounts",
                order,
                context ->
                        DubboRefusals.answer(() ->
                                DubboContext.call(
                                        context,
                                        () -> Content.ofText(credits.credit(order.text())))));
    }

    static TransactionAnswer transfer(
            GlobalTransactions payments, TransactionOrder order, Credits credits)
            throws SQLException {
        return payments.execute(
                order,
                scope -> {
                    call(scope, credits, order.content());
                    scope.own(connection -> {
                        TwoDatabases.debit(connection, Long.parseLong(order.content().text()));
                        return Content.ofText("paid");
                    });
                });
    }

    /** What the service of the accounts exports. */
    static Credits credits(GlobalTransactions accounts) {
        return order -> {
            BranchContext branch =
                    DubboContext.current()
                            .orElseThrow(() ->
                                    DubboRefusals.exception(
                                            new Outcome.Refused(
                                                    OutcomeCode.MALFORMED_CONTEXT,
                                                    "call: of no transaction"
                                                            + " (expected: its context)")));
            BranchAnswer answer;
            try {
                answer = accounts.branches().tcc(branch, "credit", Content.ofText(order));
            } catch (SQLException failed) {
                throw new RpcException("accounts: no answer now", failed);
            }
            if (answer.outcome() instanceof Outcome.Refused refused) {
                throw DubboRefusals.exception(refused);
            }
            return answer.answer().text();
        };
    }
}
