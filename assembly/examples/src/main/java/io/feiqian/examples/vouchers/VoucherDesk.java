package io.feiqian.examples.vouchers;

import io.feiqian.participant.BranchAnswer;
import io.feiqian.participant.BranchContext;
import io.feiqian.participant.Content;
import io.feiqian.participant.GlobalTransactions;
import io.feiqian.participantdubbo.DubboContext;
import io.feiqian.participantdubbo.DubboRefusals;
import io.feiqian.rpcdubbo.DubboCalls;
import io.feiqian.runtime.CallContext;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import java.sql.SQLException;
import org.apache.dubbo.config.annotation.DubboService;

/**
 * The vouchers service as others call it: a branch that comes with the call, and what else came.
 */
@DubboService
public class VoucherDesk implements Vouchers {
    private final GlobalTransactions transactions;

    VoucherDesk(GlobalTransactions transactions) {
        this.transactions = transactions;
    }

    @Override
    public String issue(String holder, long cents) {
        BranchContext branch =
                DubboContext.current()
                        .orElseThrow(() ->
                                refusal(
                                        OutcomeCode.MISSING_FIELD,
                                        "no branch (expected: a call of a transaction)"));
        BranchAnswer answer;
        try {
            answer =
                    transactions
                            .branches()
                            .tcc(branch, "issue", Content.ofText(holder + ":" + cents));
        } catch (SQLException failed) {
            throw new IllegalStateException("database: " + failed.getMessage(), failed);
        }
        if (answer.isAccepted()) {
            return answer.answer().text();
        }
        throw answer.outcome() instanceof Outcome.Refused refused
                ? DubboRefusals.exception(refused)
                : new IllegalStateException("not known: " + answer.outcome().message());
    }

    @Override
    public String context() {
        CallContext context = DubboCalls.current().orElseThrow();
        return "%s %s %s %d"
                .formatted(
                        context.trace().map(Object::toString).orElse("none"),
                        context.grayLabel(),
                        context.tenant(),
                        context.deadline().remaining().toMillis());
    }

    private static IllegalStateException refusal(OutcomeCode code, String message) {
        return DubboRefusals.exception(new Outcome.Refused(code, message));
    }
}
